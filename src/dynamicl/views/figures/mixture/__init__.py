"""Figures of the mixture study, one script a claim."""
