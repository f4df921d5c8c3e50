"""Figures of the transience study, one script a claim."""
