"""Figure 9: if a run converges, it does so in a narrow window of steps."""

from typing import NamedTuple

import numpy as np
import xarray as xr

from dynamicl.statistics import kaplan_meier
from dynamicl.studies._experiment import Experiment, Lab, Outcome

from ._judge import judge
from ._norms import cost
from ._populations import one_head, one_initialisation

CLAIM = "lookup.r4.time"
NARROW = 0.5
"""The report's window, 200,000 to 280,000, is a third of its middle."""
LEAST = 10
"""Runs that must converge for their window to be spoken of."""


def window(lab: Lab) -> Outcome:
    """Estimate when runs converge, from scratch and from one initialisation; those that did not are censored.

    The claim is held to have reproduced where the central 90 % of S span less than half of the median S, and no run
    converges in the last tenth of the training, so that the window ends by itself and not with the runs. It takes ten
    runs that converge.
    """
    scratch = one_head(lab)
    both = (scratch, one_initialisation(lab, scratch))
    time = np.concatenate([p.ends["time"].values for p in both])
    seen = np.concatenate([p.ends["converged"].values for p in both])
    found = time[seen]
    last = float(time.max())
    span = spread(found)
    parts = {
        "the central 90 % of S span less than half of the median": span.width < NARROW * span.middle,
        "the window ends before the runs do": found.size > 0 and float(found.max()) < 0.9 * last,
    }
    verdict = judge(
        lab,
        CLAIM,
        parts,
        f"{found.size} of {time.size} runs converge, S {span.low:.0f} to {span.high:.0f}, median {span.middle:.0f}, "
        f"central 90 % spanning {span.width:.0f} ({span.width / span.middle:.2f} of the median)"
        f"; the others are censored at {last:.0f}",
        None,
        time.size,
        cost,
        "the report's: 200,000 to 280,000 of 300,000",
        untestable=f"only {found.size} runs converged, fewer than {LEAST}" if found.size < LEAST else "",
    )
    survival = kaplan_meier(time, seen)
    kept = xr.Dataset(
        {
            "survival": ("moment", survival.survival),
            "low": ("moment", survival.low),
            "high": ("moment", survival.high),
            "time": ("run", time),
            "converged": ("run", seen),
        },
        {"moment": survival.times},
        {"horizon": last},
    )
    return Outcome((verdict,), kept, (*both[0].trajectory.runs, *both[1].trajectory.runs))


class Spread(NamedTuple):
    """The range of convergence steps; NaN of none.

    Attributes:
        low: Smallest.
        high: Largest.
        middle: Median.
        width: Of the central 90 %.
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


WINDOW = Experiment(CLAIM, window, cost)
