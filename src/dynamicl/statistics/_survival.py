"""Survival: times to convergence where some runs never got there (Kaplan and Meier).

A run that had not converged when it ended is censored, not dropped: it was at risk until then. Use `crossing`
or `convergence_step` for the times.
"""

from typing import NamedTuple

import numpy as np
import scipy
from numpy.typing import ArrayLike

from ._checks import as_flags, as_vector, check_between, check_same_length
from ._intervals import Interval


class Survival(NamedTuple):
    """A Kaplan-Meier curve; entry i holds from `times[i]` on, and before the first time survival is 1.

    Attributes:
        times: Times with at least one event, increasing, shape (k,).
        survival: Share not yet converged, shape (k,).
        low: Lower end of the pointwise log-log interval, shape (k,).
        high: Upper end, shape (k,).
        at_risk: Runs at risk just before, shape (k,).
        events: Events then, shape (k,).
        last: The latest time seen, event or not.
    """

    times: np.ndarray
    survival: np.ndarray
    low: np.ndarray
    high: np.ndarray
    at_risk: np.ndarray
    events: np.ndarray
    last: float


def kaplan_meier(times: ArrayLike, observed: ArrayLike, *, level: float = 0.95) -> Survival:
    """Estimate the share of runs that have not converged, with right-censoring.

    Args:
        times: Time of convergence, or of the end where there was none, shape (n,), at least 0.
        observed: Whether it converged, shape (n,).
        level: Confidence of the pointwise log-log intervals (Greenwood's variance).

    Returns:
        The curve.

    Raises:
        ValueError: If there are no runs, lengths differ or a time is negative.

    References:
        Kaplan and Meier, Nonparametric estimation from incomplete observations, JASA 53 (1958).
    """
    when, seen = as_vector("times", times), as_flags("observed", observed)
    check_same_length("times", when, "observed", seen)
    check_between("level", level, 0, 1)
    if when.min() < 0:
        raise ValueError(
            f"`times` holds {when.min():g}; times of at least 0 are allowed. Count from the start."
        )
    moments = np.unique(when[seen])
    at_risk = (when[None] >= moments[:, None]).sum(axis=1)
    events = (when[seen][None] == moments[:, None]).sum(axis=1)
    survival = np.cumprod(1 - events / at_risk)
    with np.errstate(divide="ignore", invalid="ignore"):
        greenwood = np.cumsum(events / (at_risk * (at_risk - events)))
        half = scipy.stats.norm.ppf((1 + level) / 2) * np.sqrt(greenwood) / np.abs(np.log(survival))
        low, high = survival ** np.exp(half), survival ** np.exp(-half)
    # At survival 0 the log-log interval is undefined; nothing below the last interval is ruled out but 0 is the value.
    gone = survival == 0
    low[gone] = 0.0
    high[gone] = high[~gone][-1] if (~gone).any() else 1.0
    return Survival(moments, survival, low, high, at_risk, events, float(when.max()))


def median_survival(survival: Survival) -> Interval:
    """Return the median time to convergence with the Brookmeyer-Crowley interval (log-log form).

    Args:
        survival: From `kaplan_meier`, whose level is the interval's.

    Returns:
        The first time at which half of the runs have converged; infinite where that was not seen, likewise
        the upper end.

    References:
        Brookmeyer and Crowley, A confidence interval for the median survival time, Biometrics 38 (1982).
    """

    def first(curve: np.ndarray) -> float:
        # Products of fractions such as 4/5 * 3/4 * ... miss one half by rounding.
        below = curve <= 0.5 + 1e-12
        return float(survival.times[np.argmax(below)]) if below.any() else float("inf")

    return Interval(first(survival.survival), first(survival.low), first(survival.high))


def restricted_mean(survival: Survival, horizon: float | int, *, level: float = 0.95) -> Interval:
    """Return the mean time to convergence up to a horizon: the area under the curve, with a normal interval.

    Args:
        survival: From `kaplan_meier`.
        horizon: Where to stop, above 0 and at most the latest time seen.
        level: Confidence.

    Returns:
        The restricted mean, in the unit of the times.

    Raises:
        ValueError: If the horizon lies beyond what was seen.
    """
    if not 0 < horizon <= survival.last:
        raise ValueError(
            f"`horizon` is {horizon:g}; above 0 and at most {survival.last:g}, the latest time seen, is allowed. "
            "Beyond it the curve is unknown."
        )
    check_between("level", level, 0, 1)
    inside = survival.times < horizon
    edges = np.concatenate([[0.0], survival.times[inside], [horizon]])
    pieces = np.concatenate([[1.0], survival.survival[inside]]) * np.diff(edges)
    rest = pieces.sum() - np.cumsum(pieces)[:-1]
    risk, events = survival.at_risk[inside], survival.events[inside]
    left = np.maximum(risk * (risk - events), 1)
    variance = float(np.sum(np.where(risk > events, rest**2 * events / left, 0.0)))
    half = scipy.stats.norm.ppf((1 + level) / 2) * np.sqrt(variance)
    value = float(pieces.sum())
    return Interval(value, float(max(value - half, 0.0)), float(min(value + half, horizon)))
