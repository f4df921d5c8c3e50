"""Thesis figure 5.5: one layer learns to look labels up in the context, and no in-context learning."""

import numpy as np
import xarray as xr

from dynamicl.studies._abilities import share_absent
from dynamicl.studies._curves import curves
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._passages import ENDS, passages
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import mean
from dynamicl.studies._world_setting import few

from ._populations import experiment
from ._settings import Setting

LAYERS = (2, 1)
KNOWN = Threshold("ciwl at the end, one layer, mean over runs", ">", ENDS["laptop"][1])
CLOSE = Threshold("distance between ciwl at the end of two layers and of one, mean over seeds", "<", 0.05)
NEVER = Threshold("share of one-layer runs in which icl is never above chance", ">=", 1.0)


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Return the curves of networks of two layers and of one, of the same seeds, by `layers` and `init`."""
    inits = few(scale)
    main = curves(trajectories["main"], scale, init=scale.inits).sel(init=list(inits))
    single = curves(trajectories["one_layer"], scale, init=inits)
    return xr.concat([main, single], xr.DataArray(list(LAYERS), dims="layers"), combine_attrs="override")


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """One layer ends where two do on ciwl sequences, and never reads the context."""
    two, single = (passages(data.sel(layers=layers)) for layers in LAYERS)
    ends = np.array([run.looked_up for run in single])
    apart = np.abs(ends - [run.looked_up for run in two])
    return (
        KNOWN.sure_part(mean(ends), len(ends)),
        CLOSE.sure_part(mean(apart), len(ends)),
        NEVER.part(share_absent([run.ability for run in single]), len(ends)),
    )


ONE_LAYER = experiment(
    "coopetition.one_layer",
    ["main", "one_layer"],
    measure=measure,
    judge=judge,
    criterion=(KNOWN, CLOSE, NEVER),
)
