"""What the documents claim of their toys, each in a module named as it: `measure` makes data, `judge` judges them."""

from types import ModuleType
from typing import Any

from dynamicl.studies._experiment import Experiment

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
from ._settings import setting_of as setting_of

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


def experiment_of(claim: str) -> Experiment:
    """Return what puts a claim to the test; nothing is trained but toys, in `measure`."""
    module: Any = CLAIMS[claim]
    return Experiment(
        claim,
        setting=setting_of,
        measure=lambda lab, setting, trajectories: module.measure(setting),
        judge=module.judge,
        criterion=module.CRITERION,
    )


EXPERIMENTS = tuple(experiment_of(claim) for claim in CLAIMS)
"""Of all claims; those of `induction.*` but `more_vectors` stand in the induction study as well, with its criteria."""
