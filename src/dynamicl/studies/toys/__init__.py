"""What the documents claim of their toys, each in a module named as it: `measure` makes data, `judge` judges them."""

from types import ModuleType

from . import (
    _coopetition_toy,
    _induction_measure_vs_clamp,
    _induction_more_vectors,
    _induction_saddle,
    _induction_toy,
    _mixture_l_equals_n_time,
    _mixture_landscape,
    _mixture_saddle,
    _mixture_tying,
)
from ._settings import SETTINGS as SETTINGS
from ._settings import Setting as Setting

CLAIMS: dict[str, ModuleType] = {
    module.CLAIM: module
    for module in (
        _induction_toy,
        _induction_measure_vs_clamp,
        _induction_saddle,
        _induction_more_vectors,
        _coopetition_toy,
        _mixture_landscape,
        _mixture_saddle,
        _mixture_l_equals_n_time,
        _mixture_tying,
    )
}
"""The module of each claim."""
