"""Times read off curves without noise, many at once."""

import numpy as np
from numpy.typing import ArrayLike

from dynamicl.statistics import Interval, bootstrap_interval, jeffreys


def first_below(time: ArrayLike, curves: ArrayLike, level: ArrayLike | float) -> np.ndarray:
    """Return when each curve first lies at or below its level; infinity where it never does.

    Args:
        time: Shape (time,).
        curves: Shape (run, time).
        level: One, or one a run.

    Returns:
        Shape (run,), interpolated linearly between records.
    """
    places, values = np.asarray(time, float), np.asarray(curves, float)
    levels = np.broadcast_to(np.asarray(level, float), values.shape[:1])
    below = values <= levels[:, None]
    index = below.argmax(axis=1)
    before = np.maximum(index - 1, 0)
    rows = np.arange(len(values))
    fall = values[rows, before] - values[rows, index]
    share = np.where(fall > 0, (values[rows, before] - levels) / np.where(fall > 0, fall, 1), 1.0)
    times = np.where(index > 0, places[before] + share * (places[index] - places[before]), places[0])
    return np.where(below.any(axis=1), times, np.inf)


def plateau_indices(
    time: ArrayLike, curves: ArrayLike, level: ArrayLike | float, start: ArrayLike | None = None
) -> np.ndarray:
    """Return t10 / t90 of each curve's fall from a level to 0, times counted from the start of the phase.

    A single exponential has .046, whatever its rate. NaN where nine tenths of the fall are not done by the end.

    Args:
        time: Shape (time,).
        curves: Shape (run, time).
        level: Where the phase starts: for a loss, that of a toy that has learnt nothing; one a run.
        start: When the phase starts; where None, when the curve comes down to its level.
    """
    early, late = (first_below(time, curves, share * np.asarray(level)) for share in (0.9, 0.1))
    begin = first_below(time, curves, level) if start is None else np.asarray(start, float)
    learnt = np.isfinite(late) & (late > begin)
    wait, whole = (np.where(learnt, end, 1.0) - np.where(learnt, begin, 0.0) for end in (early, late))
    return np.where(learnt, np.maximum(wait, 0.0) / whole, np.nan)


def median_interval(values: ArrayLike, seed: int = 0) -> Interval:
    """Return the median of what is finite with its bootstrap interval; NaN where fewer than two are."""
    sample = np.asarray(values, float)
    sample = sample[np.isfinite(sample)]
    if sample.size < 2:
        return Interval(np.nan, np.nan, np.nan)
    return bootstrap_interval(sample, "median", method="percentile", seed=seed)


def share_interval(flags: ArrayLike) -> Interval:
    """Return a share with its Jeffreys interval; NaN of none."""
    table = np.asarray(flags, bool).ravel()
    return jeffreys(int(table.sum()), table.size) if table.size else Interval(np.nan, np.nan, np.nan)
