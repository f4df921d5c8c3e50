"""The thesis' chapter 4 and appendix C: what needs to go right for an induction head."""

from ._additive import ADDITIVE
from ._clamps import CLAMPED
from ._composition import COMPOSITION
from ._cost import COST
from ._data import DATA
from ._dataset_size import DATASET_SIZE
from ._equal_weight import EQUAL_WEIGHT
from ._fast_parts import FAST_PARTS
from ._frozen_encoder import FROZEN_ENCODER
from ._heads import HEADS
from ._jit import JIT
from ._l1_output import L1_OUTPUT
from ._label_curve import LABEL_CURVE
from ._label_pt import LABEL_PT
from ._labels_seed import LABELS_SEED
from ._measure_vs_clamp import MEASURE_VS_CLAMP
from ._more_vectors import MORE_VECTORS
from ._pairs import PAIRS
from ._plateau import PLATEAU
from ._pretrained import PRETRAINED
from ._pt_variants import PT_VARIANTS
from ._race import RACE
from ._residual import RESIDUAL
from ._saddle import SADDLE_AT_ORIGIN
from ._seeds import SEEDS
from ._single_head import SINGLE_HEAD
from ._toy import TOY
from ._weights import WEIGHTS
from ._windows import WINDOWS
from ._wiring import WIRING

EXPERIMENTS = (
    PLATEAU,
    HEADS,
    L1_OUTPUT,
    ADDITIVE,
    SINGLE_HEAD,
    PAIRS,
    TOY,
    CLAMPED,
    MEASURE_VS_CLAMP,
    DATA,
    WIRING,
    COMPOSITION,
    RESIDUAL,
    WEIGHTS,
    PT_VARIANTS,
    SEEDS,
    SADDLE_AT_ORIGIN,
    MORE_VECTORS,
    WINDOWS,
    EQUAL_WEIGHT,
    LABEL_PT,
    RACE,
    FAST_PARTS,
    COST,
    JIT,
    FROZEN_ENCODER,
    LABELS_SEED,
    DATASET_SIZE,
    LABEL_CURVE,
    PRETRAINED,
)
