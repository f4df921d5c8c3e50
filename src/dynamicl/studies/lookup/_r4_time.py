"""Figure 9: if a run converges, it does so in a narrow window of steps."""

from typing import NamedTuple

import numpy as np
import xarray as xr

from dynamicl.statistics import kaplan_meier
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories

from ._ends import ended
from ._populations import experiment
from ._settings import Setting

NARROW = Threshold("span of the central 90 % of S over the median S", "<", 0.5)
"""The report's window, 200,000 to 280,000, is a third of its middle."""
INSIDE = Threshold("latest S over the length of training", "<", 0.9)
LEAST = 10
"""Runs that must converge for their window to be spoken of."""


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Estimate when runs converge, from scratch and from one initialisation; those that did not are censored.

    Returns:
        `time` and `converged` by run; `survival` with its band by moment; the last step seen as `horizon`.
    """
    both = [ended(scale, trajectories[name]).ends for name in ("one_head", "one_start")]
    time = np.concatenate([ends["time"].values for ends in both])
    seen = np.concatenate([ends["converged"].values for ends in both])
    survival = kaplan_meier(time, seen)
    return xr.Dataset(
        {
            "survival": ("moment", survival.survival),
            "low": ("moment", survival.low),
            "high": ("moment", survival.high),
            "time": ("run", time),
            "converged": ("run", seen),
        },
        {"moment": survival.times},
        {"horizon": float(time.max())},
    )


class Spread(NamedTuple):
    """The range of convergence steps; NaN of none.

    Attributes:
        low: smallest.
        high: largest.
        middle: median.
        width: of the central 90 %.
    """

    low: float
    high: float
    middle: float
    width: float


def spread(times: np.ndarray) -> Spread:
    """Measure the range of convergence steps."""
    some = times if times.size else np.array([np.nan])
    low, high = np.quantile(some, [0.05, 0.95])
    return Spread(float(some.min()), float(some.max()), float(np.median(some)), float(high - low))


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """The window is narrow, and ends by itself and not with the runs. It takes ten runs that converge."""
    times = data["time"].values[data["converged"].values.astype(bool)]
    span = spread(times)
    few = f"only {times.size} runs converged, fewer than {LEAST}" if times.size < LEAST else ""
    return (
        NARROW.part(span.width / span.middle, times.size, few),
        INSIDE.part(span.high / data.attrs["horizon"], times.size, few),
    )


def note(data: xr.Dataset) -> str:
    """Give the window in steps."""
    times = data["time"].values[data["converged"].values.astype(bool)]
    span = spread(times)
    return (
        f"{times.size} of {data.sizes['run']} runs converge, S {span.low:.0f} to {span.high:.0f}, median "
        f"{span.middle:.0f}; the others are censored at {data.attrs['horizon']:.0f}; the report's: 200,000 to "
        "280,000 of 300,000"
    )


WINDOW = experiment(
    "lookup.r4.time",
    ["one_head", "one_start"],
    measure=measure,
    judge=judge,
    criterion=(NARROW, INSIDE),
    note=note,
)
