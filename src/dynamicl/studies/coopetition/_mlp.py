"""Thesis figure D.4: with MLPs the main setting looks the same, and with few drawings icl comes back."""

import dataclasses
from typing import TypeVar

import numpy as np
import xarray as xr

from dynamicl.statistics import running_median
from dynamicl.studies._curves import curves, late, rows
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._unmeasured import unmeasured
from dynamicl.studies._world_setting import MANY_FEW

from ._data import MAIN, NAMES
from ._populations import experiment
from ._settings import Setting
from ._transience import PROFILE
from ._transience import judge as judge_profile

Named = TypeVar("Named", Threshold, Part)

PRICE = (
    "four runs with MLPs of five times the main length: about twelve hours on two cores at this scale, some ten "
    "minutes on a GPU (`--scale paper` trains them)"
)
SWING = 0.1
BACK = Threshold(
    "many classes of few drawings: the smaller of icl's fall and its rise after it, the largest over times",
    ">=",
    SWING,
)


def in_main(one: Named) -> Named:
    """Say of a part of `coopetition.transience` that it is judged in the main setting."""
    return dataclasses.replace(one, name=f"main setting: {one.name}")


MAIN_PROFILE = tuple(in_main(bar) for bar in PROFILE)


def with_mlps(data: xr.Dataset, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Add the pure in-weights accuracy of runs with MLPs by `setting`, where they were trained.

    That of the part of training in which runs without MLPs end: those with are five times as long.
    """
    if "mlp" not in trajectories:
        return data
    runs = curves(trajectories["mlp"], scale, setting=NAMES)
    x = runs["sequences"].values.astype(float)
    as_long = x <= float(data["sequences"].max())
    ends = [late(x[as_long], curve[as_long]) for curve in rows(runs, "iwl")]
    return data.assign_coords(setting=list(NAMES)).assign(mlp_iwl=("setting", ends))


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Return the curves by `setting`; none where they were not trained."""
    if "mlp" not in trajectories:
        return unmeasured(PRICE)
    return curves(trajectories["mlp"], scale, setting=NAMES)


def resurgence(curve: np.ndarray) -> float:
    """Return the most by which a curve both falls and then rises again: the smaller of the two, best over times."""
    smooth = running_median(curve)
    fall = np.maximum.accumulate(smooth) - smooth
    rise = np.maximum.accumulate(smooth[::-1])[::-1] - smooth
    return float(np.minimum(fall, rise).max())


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """The main setting is as without MLPs; with few drawings in-context learning falls and rises again."""
    main = judge_profile(data.sel(setting=[MAIN]))
    back = resurgence(rows(data.sel(setting=[MANY_FEW]), "icl")[0])
    return (*(in_main(part) for part in main), BACK.part(back, 1))


MLPS = experiment("coopetition.mlp", ["mlp"], measure=measure, judge=judge, criterion=(*MAIN_PROFILE, BACK))
