"""The lookup report: key-value lookup, and when a run's fate is decided."""

from ._batch_size import BATCH_SIZE
from ._control import CONTROL
from ._r1_bimodal import BIMODAL
from ._r1_loss import LOSS
from ._r1_only_by_jump import ONLY_BY_JUMP
from ._r1_two_head import TWO_HEAD
from ._r2_cooccur import COOCCUR
from ._r2_layer1 import LAYER_ONE
from ._r2_layer2 import LAYER_TWO
from ._r2_same_rule import SAME_RULE
from ._r3_correlation import CORRELATION
from ._r3_smallest import SMALLEST_NORM
from ._r4_confirm import CONFIRM
from ._r4_early_fate import EARLY_FATE
from ._r4_local import LOCAL
from ._r4_median import MEDIAN
from ._r4_seed import SEED
from ._r4_time import WINDOW
from ._r4_unpredicted import UNPREDICTED

EXPERIMENTS = (
    BIMODAL,
    LOSS,
    ONLY_BY_JUMP,
    TWO_HEAD,
    LAYER_ONE,
    LAYER_TWO,
    SAME_RULE,
    COOCCUR,
    SMALLEST_NORM,
    CORRELATION,
    SEED,
    WINDOW,
    EARLY_FATE,
    CONFIRM,
    MEDIAN,
    LOCAL,
    UNPREDICTED,
    BATCH_SIZE,
    CONTROL,
)
