"""Thesis figure 5.11a: barred from the previous token, no in-context learning, and ciwl comes as before."""

import numpy as np
import xarray as xr

from dynamicl.studies._abilities import share_absent
from dynamicl.studies._curves import CHANCE, curves
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._passages import passages
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import largest
from dynamicl.studies._world_setting import few

from ._populations import experiment
from ._settings import Setting

CONDITIONS = ("main", "barred")
NEVER = Threshold("share of barred runs in which icl is never above chance", ">=", 1.0)
FLIP = Threshold("height that flip surely keeps, barred, largest over runs", "<=", CHANCE)
TIME = Threshold(
    "|log of the time until ciwl is halfway to its end, barred over main|, largest over runs",
    "<",
    float(np.log(1.25)),
)


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Return the curves of main and barred runs of the same seeds by `condition` and `init`."""
    inits = few(scale)
    main = curves(trajectories["main"], scale, init=scale.inits).sel(init=list(inits))
    barred = curves(trajectories["forbidden"], scale, init=inits)
    return xr.concat(
        [main, barred], xr.DataArray(list(CONDITIONS), dims="condition"), combine_attrs="override"
    )


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Nothing is read from the context, and labels are looked up as soon."""
    main, barred = (passages(data.sel(condition=condition)) for condition in CONDITIONS)
    first = np.array([run.ciwl_halfway for run in main])
    second = np.array([run.ciwl_halfway for run in barred])
    reached = np.isfinite(first) & np.isfinite(second)
    late = "" if reached.all() else "ciwl does not appear in every run"
    apart = np.abs(np.log(second[reached] / first[reached]))
    return (
        NEVER.part(share_absent([run.ability for run in barred]), len(barred)),
        FLIP.part(largest([run.sure for run in barred]), len(barred)),
        TIME.part(largest(apart), int(reached.sum()), late),
    )


NOT_NEEDED = experiment(
    "coopetition.not_needed",
    ["main", "forbidden"],
    measure=measure,
    judge=judge,
    criterion=(NEVER, FLIP, TIME),
)
