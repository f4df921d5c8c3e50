"""The thesis' chapter 3 and appendix B: in-context learning that came goes again, and what keeps it."""

from ._classes import CLASSES
from ._controls import CONTROLLED
from ._default import DEFAULT
from ._depth import DEPTH
from ._dose import DOSES
from ._epoch import EPOCH
from ._exemplars import EXEMPLARS
from ._isolated import ISOLATED
from ._iwl_transient import IWL_TRANSIENT
from ._l2 import L2
from ._norm import NORM
from ._selective import SELECTIVE
from ._timescale import TIMESCALE
from ._token_init import TOKEN_INIT
from ._token_speed import TOKEN_SPEED
from ._tokens import TOKENS
from ._train_loss import TRAIN_LOSS
from ._width import WIDTH
from ._zipf import ZIPF

EXPERIMENTS = (
    EPOCH,
    DEFAULT,
    NORM,
    EXEMPLARS,
    CLASSES,
    L2,
    IWL_TRANSIENT,
    TRAIN_LOSS,
    WIDTH,
    TIMESCALE,
    ZIPF,
    SELECTIVE,
    ISOLATED,
    TOKENS,
    TOKEN_INIT,
    TOKEN_SPEED,
    DEPTH,
    DOSES,
    CONTROLLED,
)
