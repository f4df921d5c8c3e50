"""Thesis figure D.1: the data seed makes little difference, the initialisation moves the timing."""

import numpy as np
import xarray as xr

from dynamicl.studies._abilities import share_part
from dynamicl.studies._curves import curves
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._passages import passages
from dynamicl.studies._populations import Trajectories

from ._populations import experiment
from ._settings import Setting
from ._transience import has_profile

SPREAD = Threshold(
    "standard deviation of the log time of the flip peak, over initialisations / over data seeds", ">", 1.0
)
PROFILES = Threshold("share of runs with the whole profile of `coopetition.transience`", ">=", 1.0)
SHORT = "runs that fit so far end before icl has faded or ciwl reaches .9"


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Return the curves of the main runs and of the other data seeds by `run`, with `init` and `data` of each.

    Of the main runs as they were prolonged; NaN follows the end of those with other data seeds.
    """
    main = curves(trajectories["whole"], scale, run=range(len(scale.inits)))
    seeds = range(len(scale.inits), len(scale.inits) + len(scale.datas) - 1)
    others = curves(trajectories["data_seeds"], scale, run=seeds)
    whole = xr.concat([main, others], "run", join="outer", combine_attrs="override")
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
    profiles = [has_profile(data.isel(run=[run])) for run in range(len(runs))]
    spread = over_inits.std(ddof=1) / max(over_datas.std(ddof=1), 1e-9) if not few else np.nan
    return SPREAD.part(spread, len(runs), few), share_part(PROFILES, profiles, SHORT)


SEEDS = experiment(
    "coopetition.seeds",
    ["whole", "data_seeds"],
    measure=measure,
    judge=judge,
    criterion=(SPREAD, PROFILES),
)
