"""Thesis figure 3.8b: at a moderate penalty, in-weights accuracy itself rises and falls."""

import xarray as xr

from dynamicl.studies._abilities import Ability, abilities
from dynamicl.studies._parts import Part, Threshold

from ._l2 import measure
from ._populations import experiment

FADES = Threshold("peak minus end of iwl, lower 95 % bound, largest over middle strengths", ">=", 0.1)
NOTHING = (
    "pure in-weights accuracy appears at no middle strength of the penalty, so that there is nothing to lose"
)


def middle(data: xr.Dataset, name: str, chance: float) -> list[Ability]:
    """Describe an accuracy of the runs at strengths between none and the largest."""
    return abilities(data.isel(strength=slice(1, -1)), name, chance)


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """At some middle strength iwl appears and fades."""
    runs = middle(data, "iwl", 1 / int(data.attrs["classes"]))
    present = [run.fading.low for run in runs if run.appears]
    return (FADES.part(max(present, default=float("nan")), len(runs), "" if present else NOTHING),)


def note(data: xr.Dataset) -> str:
    """Say the same of ciwl, which is what in-weights learning is where the label is always in context."""
    lost = [f"{run.lost:.2f}" for run in middle(data, "ciwl", 0.5)]
    return f"peak minus end of ciwl at those strengths: {', '.join(lost)}"


IWL_TRANSIENT = experiment(
    "transience.iwl_transient", ["whole", "l2"], measure=measure, judge=judge, criterion=(FADES,), note=note
)
