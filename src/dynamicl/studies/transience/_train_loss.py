"""Thesis figures 3.2c and B.4: training loss falls on while icl decays; a penalty makes it smoother and higher."""

import numpy as np
import xarray as xr

from dynamicl.studies._abilities import abilities
from dynamicl.studies._curves import late, rows
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import mean

from ._default import log_losses
from ._default import measure as measure_main
from ._l2 import by_strength
from ._l2 import measure as measure_l2
from ._populations import experiment
from ._settings import Setting

FALLS = Threshold(
    "slope of log training loss against log sequences after the peak of icl, mean over runs", "high <", 0.0
)
HIGHER = Threshold(
    "total training loss at the end over that without penalty, at the strength that keeps icl best", ">", 1.0
)
SMOOTHER = Threshold(
    "variance of the differences of log total loss over that without penalty, at that strength", "<", 1.0
)


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Return the main runs' curves by `init`, and by `strength` the `total` loss and `penalised_icl`.

    The penalty is counted from the squares of all weights, among them those of norms and biases, which it leaves out:
    a hundredth of the sum.
    """
    penalised = measure_l2(lab, scale, trajectories)
    total = penalised["train_loss"] + penalised["strength"] / 2 * penalised["squared_norm"]
    main = measure_main(lab, scale, trajectories)
    return main.assign(total=total, penalised_icl=penalised["icl"])


def slopes(data: xr.Dataset) -> list[float]:
    """Return the slope of log loss against log sequences from the peak of icl on, of each run."""
    x = data["sequences"].values.astype(float)
    fitted = []
    for run, loss in zip(abilities(data), log_losses(data), strict=True):
        after = (x >= run.peak_time) & (x > 0)
        fitted.append(float(np.polyfit(np.log(x[after]), loss[after], 1)[0]) if after.sum() > 1 else np.nan)
    return fitted


def kept_best(data: xr.Dataset) -> int:
    """Return the place of the strength above 0 at which icl appears and loses least; the weakest where none does."""
    penalised = data[["penalised_icl"]].rename(penalised_icl="icl").assign_attrs(data.attrs)
    runs = by_strength(penalised)[1:]
    lost = [run.lost if run.appears else np.inf for run in runs]
    return 1 + int(np.argmin(lost))


def roughness(losses: np.ndarray) -> float:
    """Return the variance of the differences of neighbouring logarithms."""
    return float(np.var(np.diff(np.log(np.maximum(losses, 1e-12)))))


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """The loss falls all along; with the penalty it is smoother and ends higher."""
    x = data["sequences"].values.astype(float)
    losses = rows(data[["total"]], "total")
    place = kept_best(data)
    runs = slopes(data)
    return (
        FALLS.part(mean(runs), len(runs)),
        HIGHER.part(late(x, losses[place]) / late(x, losses[0]), 1),
        SMOOTHER.part(roughness(losses[place]) / max(roughness(losses[0]), 1e-12), 1),
    )


TRAIN_LOSS = experiment(
    "transience.train_loss",
    ["whole", "l2"],
    measure=measure,
    judge=judge,
    criterion=(FALLS, HIGHER, SMOOTHER),
)
