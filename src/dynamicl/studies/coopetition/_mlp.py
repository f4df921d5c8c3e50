"""Thesis figure D.4: with MLPs the main setting looks the same, and with few drawings icl comes back."""

import numpy as np
import xarray as xr

from dynamicl.statistics import running_median
from dynamicl.studies._curves import CHANCE, curves, late, rows
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._passages import passages
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._unmeasured import unmeasured
from dynamicl.studies._world_setting import MANY_FEW

from ._data import MAIN, NAMES
from ._populations import experiment
from ._settings import Setting

PRICE = (
    "four runs with MLPs of five times the main length: about twelve hours on two cores at this scale, some ten "
    "minutes on a GPU (`--scale paper` trains them)"
)
SWING = 0.1
PEAK = Threshold("flip at its height, main setting", ">", CHANCE)
END = Threshold("flip at the end, main setting", "<", 0.1)
BACK = Threshold(
    "many classes of few drawings: the smaller of icl's fall and its rise after it, the largest over times",
    ">=",
    SWING,
)


def with_mlps(data: xr.Dataset, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Add the pure in-weights accuracy at the end of runs with MLPs by `setting`, where they were trained."""
    if "mlp" not in trajectories:
        return data
    runs = curves(trajectories["mlp"], scale, setting=NAMES)
    x = runs["sequences"].values.astype(float)
    ends = [late(x, curve) for curve in rows(runs, "iwl")]
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
    (main,) = passages(data.sel(setting=[MAIN]))
    back = resurgence(rows(data.sel(setting=[MANY_FEW]), "icl")[0])
    return PEAK.part(main.peak, 1), END.part(main.end, 1), BACK.part(back, 1)


MLPS = experiment("coopetition.mlp", ["mlp"], measure=measure, judge=judge, criterion=(PEAK, END, BACK))
