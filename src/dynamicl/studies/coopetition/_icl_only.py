"""Thesis figure 5.8a: in-context-only data hold a plateau, unless the second half comes from a bursty run."""

import numpy as np
import xarray as xr

from dynamicl.studies._abilities import share_part
from dynamicl.studies._curves import curves, first_beyond, rows
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories

from ._populations import experiment
from ._settings import Setting

CONDITIONS = ("free", "grafted")
LOG2 = float(np.log(2))
"""Loss of whoever copies one of the context's two labels at random."""
FASTER = 5.0
PLATEAU = "neither run's loss falls below log 2, or the free one is not followed for five times the grafted one's time"
SLOW = Threshold(
    "share of seeds whose loss falls below log 2 at least five times earlier with the grafted half, or only with it",
    ">=",
    1.0,
)


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


def earlier(free: float, grafted: float, end: float) -> bool | None:
    """Tell whether the grafted run is five times as fast; `None` where the runs end before that shows."""
    if np.isinf(free) and FASTER * grafted > end:
        return None
    return bool(free >= FASTER * grafted)


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """With the half of a bursty run it is learnt, and without it is not, or five times later."""
    end = float(data["sequences"].max())
    pairs = zip(*(times(data, condition) for condition in CONDITIONS), strict=True)
    return (share_part(SLOW, [earlier(free, grafted, end) for free, grafted in pairs], PLATEAU),)


def note(data: xr.Dataset) -> str:
    """Say when the loss of every run is below log 2."""
    x, curve = data["sequences"].values.astype(float), data["foreign_loss"].values
    crossings = {name: times(data, name) for name in CONDITIONS}
    crossings["with the half of another initialisation"] = np.array([first_beyond(x, -curve, -LOG2)])
    told = "; ".join(f"{name} {', '.join(map(_told, row))}" for name, row in crossings.items())
    return f"loss below log 2 after so many sequences: {told}"


def _told(time: float) -> str:
    return f"{time:,.0f}" if np.isfinite(time) else "never"


ICL_ONLY = experiment(
    "coopetition.icl_only",
    ["main", "icl_only", "grafted", "foreign"],
    measure=measure,
    judge=judge,
    criterion=(SLOW,),
    note=note,
)
