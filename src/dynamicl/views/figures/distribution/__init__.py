"""Figures of the distribution study, one script a claim."""
