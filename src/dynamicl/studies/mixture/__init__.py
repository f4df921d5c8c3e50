"""Reddy (2023): data that decide between learning in context and in weights; so far its toy of three nested logits."""

from ._l_equals_n_time import L_EQUALS_N_TIME
from ._landscape import LANDSCAPE
from ._saddle import SADDLE
from ._tying import TYING

EXPERIMENTS = (
    LANDSCAPE,
    SADDLE,
    L_EQUALS_N_TIME,
    TYING,
)
