"""Figures of the induction study, one script a claim."""
