"""Thesis figure 5.10: with the query's own drawing in the context, in-context learning persists."""

import numpy as np
import xarray as xr

from dynamicl.statistics import running_median
from dynamicl.studies._curves import curves, late, rows
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._passages import passages
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import mean
from dynamicl.studies._world_setting import few

from ._populations import experiment
from ._settings import Setting

CONDITIONS = ("main", "matched")
PRICE = "12 layers with MLPs on 17 tokens at 4e8 sequences: some ten GPU hours"
FLIP = Threshold("flip at the end minus its peak, matched, mean over runs", ">", -0.05)
ICL = Threshold("icl at the end minus its peak, matched, mean over runs", ">", -0.05)
MAIN = Threshold("flip at its peak minus at the end, main runs", ">", 0.3)
LARGE = Threshold("flip at the end minus its peak, 12 layers", ">", -0.05)


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Return the curves of main and matched runs of the same seeds by `condition` and `init`.

    With `large_flip` (large_sequences) where the large network was trained.
    """
    inits = few(scale)
    main = curves(trajectories["main"], scale, init=scale.inits).sel(init=list(inits))
    matched = curves(trajectories["matched"], scale, init=inits)
    axis = xr.DataArray(list(CONDITIONS), dims="condition")
    both = xr.concat([main, matched], axis, combine_attrs="override")
    if "large" not in trajectories:
        return both
    large = curves(trajectories["large"], scale, run=[0]).isel(run=0, drop=True)
    return both.assign(large_flip=large["flip"].rename(sequences="large_sequences"))


def lost(data: xr.Dataset, condition: str) -> tuple[np.ndarray, np.ndarray]:
    """Return by how much flip and icl end below their peaks in each run."""
    one = data.sel(condition=condition)
    x, runs = data["sequences"].values.astype(float), passages(one)
    flip = np.array([run.peak - run.end for run in runs])
    ends = [late(x, curve) for curve in rows(one, "icl")]
    return flip, np.array([run.ability.fading.peak - end for run, end in zip(runs, ends, strict=True)])


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Matched runs keep what main runs lose, and so does the large network where it was trained."""
    flip, icl = lost(data, "matched")
    main, _ = lost(data, "main")
    return (
        FLIP.part(mean(-flip), len(flip)),
        ICL.part(mean(-icl), len(icl)),
        MAIN.part(mean(main), len(main)),
        LARGE.part(*_large(data)),
    )


def _large(data: xr.Dataset) -> tuple[float, int, str]:
    """Return flip at the end minus its peak in the large network, in how many runs, and why it is not known."""
    if "large_flip" not in data:
        return float("nan"), 0, PRICE
    x, flip = (data[name].values.astype(float) for name in ("large_sequences", "large_flip"))
    return late(x, flip) - float(running_median(flip).max()), 1, ""


MATCHED = experiment(
    "coopetition.matched",
    ["main", "matched", "large"],
    measure=measure,
    judge=judge,
    criterion=(FLIP, ICL, MAIN, LARGE),
)
