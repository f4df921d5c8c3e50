"""Figure 2a: with independent items (B = 0) a perfect in-weights solution is learnt for every K."""

import numpy as np
import xarray as xr

from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import mean

from ._cells import line
from ._populations import experiment
from ._prices import price_of
from ._settings import Setting
from ._tradeoff import measure as of_full
from ._tradeoff import unended

PERFECT = Threshold("in-weights accuracy with B = 0, mean over runs, least over K", ">", 0.95)


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Read off how the runs of every cell ended, the cells of independent items alone."""
    data = of_full(lab, scale, trajectories)
    return data if price_of(data) else data.isel(cell=np.flatnonzero(data["burst"].values == 0))


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Judge the number of classes with the lowest mean."""
    if price_of(data):
        return (PERFECT.part(np.nan, 0, price_of(data)),)
    levels, weights = line(data, "classes", "in_weights", burst=0)
    _, rising = line(data, "classes", "rising", burst=0)
    worst = min((mean(runs) for runs in weights), key=lambda one: one.value)
    # What is perfect already may rise as it likes.
    late = "" if worst.value > PERFECT.value else unended(levels, rising)
    return (PERFECT.part(worst, sum(map(len, weights)), late),)


def note(data: xr.Dataset) -> str:
    """Give the mean of each K."""
    if price_of(data):
        return price_of(data)
    levels, weights = line(data, "classes", "in_weights", burst=0)
    return ", ".join(
        f"K = {level:.0f}: {np.mean(runs):.3f}" for level, runs in zip(levels, weights, strict=True)
    )


B0 = experiment("mixture.b0", ["cells"], measure=measure, judge=judge, criterion=(PERFECT,), note=note)
