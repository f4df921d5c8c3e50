"""The thesis' chapter 5: how strategies share and compete; so far its toy of two mechanisms."""

from ._toy import TOY

EXPERIMENTS = (TOY,)
