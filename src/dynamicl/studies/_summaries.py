"""Summaries over runs for judges: shares, means and typical ratios with intervals; NaN where there is nothing.

A judge gets datasets in which runs may have failed to learn anything. What cannot be estimated is NaN, and a comparison
with NaN is undecided.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from dynamicl.statistics import Interval, jeffreys, mean_interval

UNKNOWN = Interval(float("nan"), float("nan"), float("nan"))


def share(flags: ArrayLike) -> Interval:
    """Estimate a probability from flags, with the Jeffreys interval."""
    table = np.asarray(flags, bool).ravel()
    return jeffreys(int(table.sum()), table.size) if table.size else UNKNOWN


def mean(values: ArrayLike) -> Interval:
    """Estimate a mean over runs, with Student's t interval; without one where there is a single run."""
    sample = np.asarray(values, float).ravel()
    if not np.isfinite(sample).all() or not sample.size:
        return UNKNOWN
    if sample.size == 1:
        return UNKNOWN._replace(value=float(sample[0]))
    return mean_interval(sample)


def ratio(first: ArrayLike, second: ArrayLike) -> Interval:
    """Estimate the typical ratio of paired positive numbers: geometric mean, with Student's t interval of the logs.

    >>> ratio([2.0, 8.0], [1.0, 1.0]).value
    4.0
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log(np.asarray(first, float) / np.asarray(second, float))
    return Interval(*(round_off(np.exp(end)) for end in mean(logs)))


def round_off(value: float) -> float:
    """Return a number without the last bits that a logarithm and its inverse leave behind."""
    return float(f"{float(value):.12g}")


def least_of(intervals: Sequence[Interval]) -> Interval:
    """Return the interval with the smallest value; unknown where one of them is, or where there is none."""
    return min(intervals, key=_value) if _all_known(intervals) else UNKNOWN


def most_of(intervals: Sequence[Interval]) -> Interval:
    """Return the interval with the largest value; unknown where one of them is, or where there is none."""
    return max(intervals, key=_value) if _all_known(intervals) else UNKNOWN


def _all_known(intervals: Sequence[Interval]) -> bool:
    return bool(intervals) and bool(np.isfinite(list(map(_value, intervals))).all())


def _value(interval: Interval) -> float:
    return interval.value


def largest(values: ArrayLike) -> float:
    """Return the largest number; NaN of none. What is NaN is left out."""
    finite = np.asarray(values, float).ravel()
    finite = finite[np.isfinite(finite)]
    return float(finite.max()) if finite.size else float("nan")


def median(values: ArrayLike) -> float:
    """Return the median; NaN of none. What is NaN is left out."""
    finite = np.asarray(values, float).ravel()
    finite = finite[np.isfinite(finite)]
    return float(np.median(finite)) if finite.size else float("nan")


def closest(places: ArrayLike, value: float | int | np.number) -> int:
    """Return the index of the place nearest to a value, the first of equals.

    >>> closest([0, 10, 20], 14.0)
    1
    """
    return int(np.abs(np.asarray(places) - value).argmin())


def attempt(function: Callable[..., Any], *values: Any, **options: Any) -> tuple[Any, str]:
    """Ask for a statistic that the outcomes may not allow (all alike, too few).

    Returns:
        It and "", or `None` and why there is none.
    """
    try:
        return function(*values, **options), ""
    except ValueError as error:
        return None, str(error)


def words(interval: Interval | None, form: str = ".2f") -> str:
    """Write an interval: `1.20 [1.10, 1.30]`."""
    if interval is None or not np.isfinite(interval.value):
        return "unknown"
    return f"{interval.value:{form}} [{interval.low:{form}}, {interval.high:{form}}]"
