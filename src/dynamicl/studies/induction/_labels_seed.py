"""Appendix C.6: that classes and labels delay learning holds over initialisations; 15 labels can be as quick as 10."""

from collections.abc import Sequence

import numpy as np
import xarray as xr

from dynamicl.statistics import Interval
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._summaries import share

from ._data import DELAYS, LABELS, NEEDS, NETWORK, OWN
from ._data import measure as measure
from ._populations import experiment

TEN = "50 classes, 10 labels"
AS_QUICK = 1.1
"""15 labels are as quick as 10 up to this ratio of learning times."""
RARE = 0.1
"""What happens in fewer seeds than this does not happen "sometimes"."""
SLOWER = {
    (one.circuit, one.task): Threshold(
        f"share of seeds in which {one.circuit} learns later with {one.task} than with {OWN}", ">=", 0.8
    )
    for one in DELAYS
    if one.matters
}
SOMETIMES = Threshold("share of seeds that learn 15 labels as quickly as 10", ">", 0.0)
NOT_ALWAYS = Threshold("share of seeds that learn 15 labels as quickly as 10, not all", "<", 1.0)


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Most seeds delay what `induction.data` says is delayed; some, not all, learn 15 labels as quickly as 10.

    A run that does not learn in its time is later than one that does; two that do not cannot be compared.
    """
    times = data["learning_time"].where(data["learnt"], np.inf)
    slower = (
        bar.part(*_share(later(times.sel(circuit=circuit), OWN, task)))
        for (circuit, task), bar in SLOWER.items()
    )
    network = times.sel(circuit=NETWORK)
    if TEN not in times["task"].values:
        missing = f"there are no runs with {TEN}"
        return (*slower, SOMETIMES.part(np.nan, 0, missing), NOT_ALWAYS.part(np.nan, 0, missing))
    quick, seeds = _share([not much for much in later(network, TEN, LABELS, AS_QUICK)])
    few = (
        f"none of {seeds} seeds does not rule out {RARE:g} of all"
        if quick.value == 0 and quick.high > RARE
        else ""
    )
    return (*slower, SOMETIMES.part(quick, seeds, few), NOT_ALWAYS.part(quick, seeds))


def later(times: xr.DataArray, first: str, second: str, factor: float = 1.0) -> list[bool]:
    """Tell by seed that learns one of them whether the second task takes longer than a factor of the first."""
    pairs = zip(times.sel(task=first).values, times.sel(task=second).values, strict=True)
    return [bool(b > factor * a) for a, b in pairs if np.isfinite(min(a, b))]


def _share(flags: Sequence[bool]) -> tuple[Interval, int]:
    return share(flags), len(flags)


LABELS_SEED = experiment(
    "induction.labels_seed",
    NEEDS,
    measure=measure,
    judge=judge,
    criterion=(*SLOWER.values(), SOMETIMES, NOT_ALWAYS),
)
