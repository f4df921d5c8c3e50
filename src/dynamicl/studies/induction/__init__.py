"""The thesis' chapter 4 and appendix C: what needs to go right for an induction head."""

from ._additive import ADDITIVE
from ._heads import HEADS
from ._plateau import PLATEAU
from ._single_head import SINGLE_HEAD

EXPERIMENTS = (PLATEAU, HEADS, ADDITIVE, SINGLE_HEAD)
