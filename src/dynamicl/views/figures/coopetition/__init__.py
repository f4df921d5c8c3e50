"""Figures of the coopetition study, one script a claim."""
