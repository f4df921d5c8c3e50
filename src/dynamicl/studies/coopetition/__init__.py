"""The thesis' chapter 5 and appendix D: how strategies share and compete, in networks and in a toy."""

from ._attention_level import ATTENTION_LEVEL
from ._ciwl_first import CIWL_FIRST
from ._ciwl_path import CIWL_PATH
from ._composition import COMPOSITION
from ._constructions import BOTH
from ._data import DATA
from ._dedicated import DEDICATED
from ._divot import DIVOT
from ._heads_flip import HEADS_FLIP
from ._icl_only import ICL_ONLY
from ._iwl_rise import IWL_RISE
from ._l1_ablation import L1_ABLATION
from ._l1_alike import L1_ALIKE
from ._l1_heads import L1_HEADS
from ._layers import LAYERS
from ._matched import MATCHED
from ._mlp import MLPS
from ._no_iwl import NO_IWL
from ._not_lottery import NOT_LOTTERY
from ._not_needed import NOT_NEEDED
from ._one_layer import ONE_LAYER
from ._other_way import OTHER_WAY
from ._positions import PLACES
from ._seeds import SEEDS
from ._skip_trigram import SKIP_TRIGRAM
from ._slower import SLOWER
from ._superposition import SUPERPOSITION
from ._toy import TOY
from ._transience import TRANSIENCE

EXPERIMENTS = (
    TRANSIENCE,
    SEEDS,
    DIVOT,
    HEADS_FLIP,
    L1_HEADS,
    L1_ALIKE,
    L1_ABLATION,
    LAYERS,
    NO_IWL,
    SKIP_TRIGRAM,
    ATTENTION_LEVEL,
    SUPERPOSITION,
    COMPOSITION,
    ONE_LAYER,
    ICL_ONLY,
    CIWL_PATH,
    CIWL_FIRST,
    TOY,
    MATCHED,
    NOT_NEEDED,
    NOT_LOTTERY,
    SLOWER,
    PLACES,
    DATA,
    IWL_RISE,
    MLPS,
    DEDICATED,
    BOTH,
    OTHER_WAY,
)
