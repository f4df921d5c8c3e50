"""Thesis figure 5.11a: barred from the previous token, no in-context learning, and ciwl comes as before."""

import numpy as np
import xarray as xr

from dynamicl.studies._curves import CHANCE, curves, first_beyond, rows
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._passages import passages
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import largest, share
from dynamicl.studies._world_setting import few

from ._populations import experiment
from ._settings import Setting

CONDITIONS = ("main", "barred")
HALFWAY = 0.7
"""ciwl that both conditions pass at this scale, half of the way or more from chance."""
NEVER = Threshold("share of barred runs in which icl is never above chance", ">=", 1.0)
FLIP = Threshold("flip at its height, barred, largest over runs", "<=", CHANCE)
TIME = Threshold(
    "|log of the time until ciwl .7, barred over main|, largest over runs", "<", float(np.log(1.25))
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
    barred = passages(data.sel(condition="barred"))
    x = data["sequences"].values.astype(float)
    times = []
    for condition in CONDITIONS:
        curves = rows(data.sel(condition=condition), "ciwl")
        times.append(np.array([first_beyond(x, curve, HALFWAY) for curve in curves]))
    reached = np.isfinite(times[0]) & np.isfinite(times[1])
    late = "" if reached.all() else "ciwl does not reach .7 in every run"
    apart = np.abs(np.log(times[1][reached] / times[0][reached]))
    return (
        NEVER.part(share([run.ability.is_absent for run in barred]), len(barred)),
        FLIP.part(largest([run.peak for run in barred]), len(barred)),
        TIME.part(largest(apart), int(reached.sum()), late),
    )


NOT_NEEDED = experiment(
    "coopetition.not_needed",
    ["main", "forbidden"],
    measure=measure,
    judge=judge,
    criterion=(NEVER, FLIP, TIME),
)
