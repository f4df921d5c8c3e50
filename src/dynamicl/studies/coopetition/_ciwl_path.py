"""Thesis figure 5.8b: second halves from the middle of a ciwl-only run enable in-context learning, others do not."""

import numpy as np
import xarray as xr

from dynamicl.statistics import running_median
from dynamicl.studies._curves import curves, rows
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories

from ._icl_only import LOG2
from ._populations import experiment
from ._settings import Setting

SUCCESS = 0.3
"""Training loss (nats) below which in-context learning has come."""
MIDDLE = Threshold("second halves from between the first and last time that succeed", ">=", 1.0)
FIRST = Threshold("success with the second half of the first time", "<=", 0.0)
LAST = Threshold("success with the second half of the last time", "<=", 0.0)
LEAST_TIMES = 4
PLATEAU = "no second half takes the loss below log 2 within the runs: all are on the plateau that comes first"


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Return training losses `loss` (taken, sequences) by when the second half was taken, and the ciwl-only run.

    `ciwl` (time) is that run's accuracy at `time`, in sequences.
    """
    specs = trajectories["path"].specs.values()
    taken = [spec["grafts"][0]["step"] * scale.world.batch for spec in specs]
    runs = curves(trajectories["path"], scale, taken=taken)
    lender = curves(trajectories["ciwl_only"], scale, run=[0]).isel(run=0, drop=True).rename(sequences="time")
    return xr.Dataset({"loss": runs["train_loss"], "icl": runs["icl"], "ciwl": lender["ciwl"]})


def below(data: xr.Dataset, level: float) -> np.ndarray:
    """Return which second halves lead to a loss below a level, in the order of when they were taken."""
    losses = rows(data.sortby("taken"), "loss")
    return np.array([bool((running_median(curve[np.isfinite(curve)]) < level).any()) for curve in losses])


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """The middle succeeds, and neither end."""
    reached = below(data, SUCCESS)
    few = ""
    if len(reached) < LEAST_TIMES:
        few = f"the ciwl-only run gives {len(reached)} times, {LEAST_TIMES} are needed"
    elif not below(data, LOG2).any():
        few = PLATEAU
    return (
        MIDDLE.part(float(reached[1:-1].sum()), 1, few),
        FIRST.part(float(reached[0]), 1, few),
        LAST.part(float(reached[-1]), 1, few),
    )


def note(data: xr.Dataset) -> str:
    """List the times that succeed."""
    taken = np.sort(data["taken"].values)[below(data, SUCCESS)]
    return f"second halves that succeed, by sequences of ciwl-only training: {taken.astype(int).tolist()}"


CIWL_PATH = experiment(
    "coopetition.ciwl_path",
    ["ciwl_only", "path"],
    measure=measure,
    judge=judge,
    criterion=(MIDDLE, FIRST, LAST),
    note=note,
)
