"""The thesis' chapter 2: which data make a network learn in context; so far its networks."""

from ._counts import COUNTS

EXPERIMENTS = (COUNTS,)
