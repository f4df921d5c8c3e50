"""Reddy (2023): data that decide between learning in context and in weights, and why the change is abrupt."""

from ._attention import ATTENTION
from ._b0 import B0
from ._both import BOTH_LEARNT
from ._curves import CURVES
from ._depth import DEPTH
from ._fates import FATES
from ._freeze import FREEZE
from ._hypotheses import HYPOTHESES
from ._l_equals_n import L_EQUALS_N
from ._l_equals_n_full import L_EQUALS_N_FULL
from ._l_equals_n_time import L_EQUALS_N_TIME
from ._landscape import LANDSCAPE
from ._measures import MEASURED
from ._minimal import MINIMAL
from ._minimal_bursts import MINIMAL_BURSTS
from ._not_transient import NOT_TRANSIENT
from ._rare import RARELY
from ._saddle import SADDLE
from ._slow_phase import SLOW_PHASE
from ._swap import SWAP
from ._tradeoff import TRADEOFF
from ._two_parameter import TWO_PARAMETER
from ._tying import TYING
from ._worlds import TWO_WORLDS

EXPERIMENTS = (
    # What trains nothing comes first, then what costs least.
    LANDSCAPE,
    SADDLE,
    L_EQUALS_N_TIME,
    TYING,
    HYPOTHESES,
    MINIMAL_BURSTS,
    L_EQUALS_N,
    ATTENTION,
    MEASURED,
    SLOW_PHASE,
    MINIMAL,
    CURVES,
    SWAP,
    FREEZE,
    DEPTH,
    BOTH_LEARNT,
    FATES,
    TWO_WORLDS,
    L_EQUALS_N_FULL,
    TRADEOFF,
    B0,
    RARELY,
    TWO_PARAMETER,
    NOT_TRANSIENT,
)
