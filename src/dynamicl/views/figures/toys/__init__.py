"""Figures of the toys: one short script each, named as its claim."""
