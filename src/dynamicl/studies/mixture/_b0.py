"""Figure 2a: with independent items (B = 0) a perfect in-weights solution is learnt for every K."""

import numpy as np
import xarray as xr

from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import least_of, mean

from ._cells import ends_by_cell, independent, line
from ._populations import experiment
from ._settings import Setting
from ._tradeoff import unended

PERFECT = Threshold("in-weights accuracy with B = 0, mean over runs, least over K", ">", 0.95)


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Read off how the runs of independent items ended; see `ends_by_cell`."""
    return ends_by_cell(scale, independent(scale), trajectories["independent_cells"])


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Judge the number of classes with the lowest mean."""
    levels, weights = line(data, "classes", "in_weights", burst=0)
    _, rising = line(data, "classes", "rising", burst=0)
    worst = least_of([mean(runs) for runs in weights])
    # What is perfect already may rise as it likes.
    late = "" if worst.value > PERFECT.value else unended(levels, rising)
    return (PERFECT.part(worst, sum(map(len, weights)), late),)


def note(data: xr.Dataset) -> str:
    """Give the mean of each K."""
    levels, weights = line(data, "classes", "in_weights", burst=0)
    return ", ".join(
        f"K = {level:.0f}: {np.mean(runs):.3f}" for level, runs in zip(levels, weights, strict=True)
    )


B0 = experiment(
    "mixture.b0", ["independent_cells"], measure=measure, judge=judge, criterion=(PERFECT,), note=note
)
