"""Thesis figure 5.8c: the longer a network was trained on ciwl alone, the less it then learns in context."""

import numpy as np
import xarray as xr

from dynamicl.statistics import jonckheere_terpstra
from dynamicl.studies._curves import CHANCE, curves, rows
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._passages import passages
from dynamicl.studies._populations import Trajectories

from ._populations import experiment
from ._settings import Setting

TREND = Threshold("p of Jonckheere's test that flip peaks fall with the start", "<", 0.05)
FIRST = Threshold("height that flip surely keeps from the earliest start", ">", CHANCE)
LAST = Threshold("flip at its height above its beginning, from the latest start", "<=", 0.05)
LEAST_STARTS = 4


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Return the curves by `start`: sequences of ciwl-only training before."""
    specs = trajectories["continued"].specs.values()
    starts = [spec["start"]["step"] * scale.world.batch for spec in specs]
    return curves(trajectories["continued"], scale, start=starts)


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Peaks of flip fall with the start: the first is above one half, the last no rise at all."""
    ordered = data.sortby("start")
    runs, flips = passages(ordered), rows(ordered, "flip")
    peaks = [run.peak for run in runs]
    n = len(peaks)
    few = "" if n >= LEAST_STARTS else f"the ciwl-only run gives {n} starts, {LEAST_STARTS} are needed"
    p = jonckheere_terpstra([[-peak] for peak in peaks])[1] if not few else np.nan
    return (
        TREND.part(p, n, few),
        FIRST.part(runs[0].sure, 1, few),
        LAST.part(peaks[-1] - float(flips[-1][0]), 1, few),
    )


CIWL_FIRST = experiment(
    "coopetition.ciwl_first",
    ["ciwl_only", "continued"],
    measure=measure,
    judge=judge,
    criterion=(TREND, FIRST, LAST),
)
