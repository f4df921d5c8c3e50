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
from ._settings import INSIDE, Setting

NARROW = Threshold("span of the central 90 % of S over the median S", "<", 0.5)
"""The report's window, 200,000 to 280,000, is a third of its middle."""
LEAST = 10
"""Runs that must converge for their window to be spoken of."""


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Estimate when runs converge, from scratch and from one initialisation; those that did not are censored.

    Returns:
        `time`, `converged` and the `last` step of training by run; `survival` with its band by moment.
    """
    both = [ended(scale, trajectories[name]) for name in ("one_head", "one_start")]
    time = np.concatenate([runs.ends["time"].values for runs in both])
    seen = np.concatenate([runs.ends["converged"].values for runs in both])
    last = [np.full(runs.ends.sizes["run"], runs.data["step"].values[-1], float) for runs in both]
    survival = kaplan_meier(time, seen)
    return xr.Dataset(
        {
            "survival": ("moment", survival.survival),
            "low": ("moment", survival.low),
            "high": ("moment", survival.high),
            "time": ("run", time),
            "converged": ("run", seen),
            "last": ("run", np.concatenate(last)),
        },
        {"moment": survival.times},
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
    """The window is narrow. It takes ten runs that converge.

    One that ends with the training and not by itself may only look narrow, and is left open (`cut_off`).
    """
    times = data["time"].values[data["converged"].values.astype(bool)]
    span = spread(times)
    width = span.width / span.middle
    few = f"only {times.size} runs converged, fewer than {LEAST}" if times.size < LEAST else ""
    return (NARROW.part(width, times.size, few or (cut_off(data) if width < NARROW.value else "")),)


def cut_off(data: xr.Dataset) -> str:
    """Say that runs converge until their training ends; "" where of each length of training they did so before.

    Datasets of an older measure do not say which runs were trained how long. There the shortest training counts.
    """
    seen, time = data["converged"].values.astype(bool), data["time"].values
    last = data["last"].values if "last" in data else np.full(time.size, time[~seen].min(initial=np.inf))
    latest = float((time[seen] / last[seen]).max(initial=0))
    return f"S is as late as {latest:.0%} of the training" if latest >= INSIDE else ""


def note(data: xr.Dataset) -> str:
    """Give the window in steps."""
    seen = data["converged"].values.astype(bool)
    times, ends = data["time"].values[seen], np.unique(data["time"].values[~seen], return_counts=True)
    span = spread(times)
    censored = ", ".join(f"{count} at {end:.0f}" for end, count in zip(*ends, strict=True))
    return (
        f"{times.size} of {data.sizes['run']} runs converge, S {span.low:.0f} to {span.high:.0f}, median "
        f"{span.middle:.0f}; of the others are censored {censored or 'none'}; the report's: 200,000 to 280,000 of "
        "300,000"
    )


WINDOW = experiment(
    "lookup.r4.time",
    ["one_head", "one_start"],
    measure=measure,
    judge=judge,
    criterion=(NARROW,),
    note=note,
)
