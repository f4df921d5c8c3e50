"""Thesis figure 3.2: in-context accuracy peaks and decays while training loss falls and in-weights accuracy rises."""

import numpy as np
import xarray as xr

from dynamicl.statistics import correlation_interval, running_median
from dynamicl.studies._abilities import abilities, fading_part
from dynamicl.studies._curves import MOST, late, rows
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import attempt, mean, share

from ._populations import experiment
from ._runs import curves
from ._settings import Setting

APPEARS = Threshold("share of runs in which icl appears", ">=", MOST)
FADES = Threshold("share of runs in which icl fades", ">=", MOST)
LOSS = Threshold("log training loss, last tenth minus at the peak of icl, mean over runs", "high <", 0.0)
IWL = Threshold("Spearman's correlation of iwl with time, mean over runs", "low >", 0.0)


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Return the curves of the main runs by `init`."""
    return curves(trajectories["whole"], scale, init=scale.inits)


def log_losses(data: xr.Dataset) -> np.ndarray:
    """Return the logarithm of the smoothed training loss of each run."""
    return np.log(np.maximum(running_median(rows(data, "train_loss")), 1e-12))


def with_time(curve: np.ndarray) -> float:
    """Return Spearman's correlation of a curve with time; 0 where it never changes."""
    interval, _ = attempt(correlation_interval, np.arange(curve.size), curve, kind="spearman")
    return float(interval.value) if interval is not None else 0.0


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """In-context learning comes and goes while the loss falls on, and pure in-weights learning rises."""
    x, runs = data["sequences"].values.astype(float), abilities(data)
    losses = log_losses(data)
    fallen = [
        late(x, loss) - float(np.interp(run.peak_time, x, loss))
        for loss, run in zip(losses, runs, strict=True)
    ]
    return (
        APPEARS.part(share([run.appears for run in runs]), len(runs)),
        fading_part(FADES, runs),
        LOSS.part(mean(fallen), len(runs)),
        IWL.part(mean([with_time(curve) for curve in rows(data, "iwl")]), len(runs)),
    )


def note(data: xr.Dataset) -> str:
    """Give peaks, and where iwl ends."""
    x = data["sequences"].values.astype(float)
    peaks = ", ".join(f"{run.peak:.2f} at {run.peak_time:,.0f}" for run in abilities(data))
    ends = ", ".join(f"{late(x, curve):.4f}" for curve in rows(data, "iwl"))
    return f"icl peaks at {peaks} sequences; iwl ends at {ends}"


DEFAULT = experiment(
    "transience.default",
    ["whole"],
    measure=measure,
    judge=judge,
    criterion=(APPEARS, FADES, LOSS, IWL),
    note=note,
)
