"""Thesis figures D.3 and D.4: pure in-weights learning rises with few classes of few drawings, and more with MLPs."""

import numpy as np
import xarray as xr

from dynamicl.statistics import running_median
from dynamicl.studies._curves import curves, error_of, late, rows
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import mean
from dynamicl.studies._world_setting import FEW_FEW, data_settings, few

from ._data import NAMES
from ._mlp import PRICE, with_mlps
from ._networks import SURE
from ._populations import experiment
from ._settings import Setting

ABOVE = Threshold(
    "pure in-weights accuracy at the end over chance, lower 95 % bound, least over runs", ">", 1.0
)
RISING = Threshold(
    "pure in-weights accuracy at the end minus at the middle of training, mean over runs", ">", 0.0
)
MLP = Threshold("pure in-weights accuracy where runs without MLPs end, with MLPs minus without", ">", 0.0)


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Return the curves of few classes of few drawings by `init`, and with MLPs where those were trained."""
    every = curves(trajectories["data"], scale, setting=NAMES[1:], init=few(scale))
    data = every.sel(setting=FEW_FEW, drop=True)
    data.attrs["classes"] = data_settings(scale)[FEW_FEW][0]
    return with_mlps(data, scale, trajectories)


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """It is above chance and rising; with MLPs it is higher."""
    x, evaluated = data["sequences"].values.astype(float), int(data.attrs["evaluated"])
    ends = np.array([late(x, curve) for curve in rows(data, "iwl")])
    # The end is a mean over several evaluations of one fixed set: no more independent than a single one.
    bounds = (ends - SURE * error_of(ends, evaluated)) * data.attrs["classes"]
    middle = [running_median(curve)[len(x) // 2] for curve in rows(data, "iwl")]
    n, missing = len(ends), "" if "mlp_iwl" in data else PRICE
    more = float(data["mlp_iwl"].sel(setting=FEW_FEW)) - ends.mean() if not missing else float("nan")
    return (
        ABOVE.part(float(bounds.min()), n),
        RISING.part(mean(ends - middle), n),
        MLP.part(more, n, missing),
    )


IWL_RISE = experiment(
    "coopetition.iwl_rise",
    ["data", "mlp"],
    measure=measure,
    judge=judge,
    criterion=(ABOVE, RISING, MLP),
)
