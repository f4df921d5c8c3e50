"""Thesis figure D.1: the data seed makes little difference, the initialisation moves the timing."""

import numpy as np
import xarray as xr

from dynamicl.studies._curves import CHANCE, MOST, curves
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._passages import limits_of, passages
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import share

from ._populations import experiment
from ._settings import Setting

SPREAD = Threshold(
    "standard deviation of the log time of the flip peak, over initialisations / over data seeds", ">", 1.0
)
PROFILES = Threshold(
    "share of runs with flip above one half, then below its limit, ciwl above its own", ">=", MOST
)


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Return the curves of the main runs and of the other data seeds by `run`, with `init` and `data` of each."""
    main = curves(trajectories["main"], scale, run=range(len(scale.inits)))
    seeds = range(len(scale.inits), len(scale.inits) + len(scale.datas) - 1)
    others = curves(trajectories["data_seeds"], scale, run=seeds)
    whole = xr.concat([main, others], "run", combine_attrs="override")
    inits = [*scale.inits, *[scale.inits[0]] * len(seeds)]
    datas = [*[scale.datas[0]] * len(scale.inits), *scale.datas[1:]]
    return whole.assign(init=("run", inits), data=("run", datas))


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Times of the flip peak spread more over initialisations; every run has the profile."""
    runs = passages(data)
    times = np.log([max(run.peak_time, 1.0) for run in runs])
    inits, datas = data["init"].values, data["data"].values
    over_inits, over_datas = times[datas == datas[0]], times[inits == inits[0]]
    few = "" if min(len(over_inits), len(over_datas)) > 2 else "three seeds of either kind are needed"
    most, least = limits_of(data)
    whole = [run.sure > CHANCE and run.end < most and run.looked_up > least for run in runs]
    spread = over_inits.std(ddof=1) / max(over_datas.std(ddof=1), 1e-9) if not few else np.nan
    return SPREAD.part(spread, len(runs), few), PROFILES.part(share(whole), len(runs))


SEEDS = experiment(
    "coopetition.seeds",
    ["main", "data_seeds"],
    measure=measure,
    judge=judge,
    criterion=(SPREAD, PROFILES),
)
