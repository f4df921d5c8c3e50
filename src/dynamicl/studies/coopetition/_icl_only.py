"""Thesis figure 5.8a: in-context-only data hold a plateau, unless the second half comes from a bursty run."""

import numpy as np
import xarray as xr

from dynamicl.studies._curves import curves, first_beyond, rows
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import share

from ._populations import experiment
from ._settings import Setting

CONDITIONS = ("free", "grafted")
LOG2 = float(np.log(2))
"""Loss of whoever copies one of the context's two labels at random."""
FASTER = 5.0
LEARNS = Threshold("share of runs with the grafted half whose loss falls below log 2", ">=", 1.0)
SLOW = Threshold("share of free runs that take at least five times as long, or never get there", ">=", 1.0)


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Return training `loss` (condition, data, sequences), and `foreign_loss`: with another initialisation's half."""
    datas = scale.datas[:2]
    free, grafted = (curves(trajectories[name], scale, data=datas) for name in ("icl_only", "grafted"))
    foreign = curves(trajectories["foreign"], scale, data=datas[:1]).isel(data=0, drop=True)
    losses = xr.concat(
        [free["train_loss"], grafted["train_loss"]], xr.DataArray(list(CONDITIONS), dims="condition")
    )
    icl = xr.concat([free["icl"], grafted["icl"]], losses["condition"])
    return xr.Dataset({"loss": losses, "icl": icl, "foreign_loss": foreign["train_loss"]})


def times(data: xr.Dataset, condition: str) -> np.ndarray:
    """Return when each run's loss is below log 2; infinity where never."""
    x = data["sequences"].values.astype(float)
    curves = rows(data.sel(condition=condition), "loss")
    return np.array([first_beyond(x, -curve, -LOG2) for curve in curves])


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """With the half of a bursty run it is learnt, and without it is not, or five times later."""
    free, grafted = (times(data, condition) for condition in CONDITIONS)
    learnt = np.isfinite(grafted)
    slow = np.isinf(free) | (free >= FASTER * np.where(learnt, grafted, 0))
    return LEARNS.part(share(learnt), len(learnt)), SLOW.part(share(slow), len(slow))


def note(data: xr.Dataset) -> str:
    """Say how the half of another initialisation does."""
    x, curve = data["sequences"].values.astype(float), data["foreign_loss"].values
    foreign = first_beyond(x, -curve, -LOG2)
    told = f"below log 2 after {foreign:,.0f} sequences" if np.isfinite(foreign) else "never below log 2"
    own = ", ".join(f"{time:,.0f}" for time in times(data, "grafted"))
    return f"with the own second half below log 2 after {own} sequences; with that of another initialisation {told}"


ICL_ONLY = experiment(
    "coopetition.icl_only",
    ["main", "icl_only", "grafted", "foreign"],
    measure=measure,
    judge=judge,
    criterion=(LEARNS, SLOW),
    note=note,
)
