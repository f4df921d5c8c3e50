"""The thesis' chapter 4 and appendix C: what needs to go right for an induction head."""

from ._heads import HEADS
from ._plateau import PLATEAU

EXPERIMENTS = (PLATEAU, HEADS)
