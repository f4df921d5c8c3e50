"""The lookup report: key-value lookup, and when a run's fate is decided."""

from ._batch_size import BATCH_SIZE
from ._bimodal import BIMODAL
from ._control import CONTROL
from ._cooccur import COOCCUR
from ._early_fate import EARLY_FATE
from ._local import LOCAL
from ._loss import LOSS
from ._median import MEDIAN
from ._norms import CORRELATION, SMALLEST
from ._one_start import SEED
from ._prediction import UNPREDICTED
from ._rules import LAYER_ONE, LAYER_TWO
from ._same_rule import SAME_RULE
from ._two_head import TWO_HEAD
from ._window import WINDOW

EXPERIMENTS = (
    BIMODAL,
    LOSS,
    TWO_HEAD,
    LAYER_ONE,
    LAYER_TWO,
    SAME_RULE,
    COOCCUR,
    SMALLEST,
    CORRELATION,
    SEED,
    WINDOW,
    EARLY_FATE,
    MEDIAN,
    LOCAL,
    UNPREDICTED,
    BATCH_SIZE,
    CONTROL,
)
