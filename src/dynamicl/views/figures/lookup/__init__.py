"""Figures of the lookup study, one script a claim."""
