"""The thesis' chapter 2 and appendix A: which data make a network learn in context."""

from ._burst import BURST
from ._classes import CLASSES
from ._counts import COUNTS
from ._exposures import EXPOSURES
from ._multiplicity import MULTIPLICITY
from ._persist import PERSIST
from ._recurrent import RECURRENT
from ._recurrent_iwl import RECURRENT_IWL
from ._regimes import REGIMES_EXPERIMENT
from ._train_classes import TRAIN_CLASSES
from ._variation import VARIATION
from ._zipf import ZIPF
from ._zipf_extreme import ZIPF_EXTREME

EXPERIMENTS = (
    COUNTS,
    BURST,
    PERSIST,
    CLASSES,
    EXPOSURES,
    ZIPF,
    ZIPF_EXTREME,
    MULTIPLICITY,
    VARIATION,
    REGIMES_EXPERIMENT,
    TRAIN_CLASSES,
    RECURRENT,
    RECURRENT_IWL,
)
