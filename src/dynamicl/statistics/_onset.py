"""When a curve rises: the times of 10, 50 and 90 % of the way from chance to the peak.

Levels come from `peak_height`; times are crossings of the closest rising curve up to the peak, so that neither a blip
at chance nor a later fall decides them. Some 40 milliseconds a curve.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ._checks import check_between
from ._crossing import interpolate
from ._curve_input import RESAMPLES, draw_errors, read_curve
from ._intervals import Interval
from ._noise import fall_of
from ._peak import peak_height
from ._smoothing import SMOOTHING, running_median

LEAST_RISE = 0.05
"""A peak less than this above chance has no onset."""

SHARES = (0.1, 0.5, 0.9)


class Onset(NamedTuple):
    """Times of a rise in sequences, each with its interval.

    Attributes:
        t10: At a tenth of the way from chance to the peak.
        t50: Half way.
        t90: At nine tenths.
        observed: Whether there was a rise; where not, all times are the last one seen, and the interval is open above.
    """

    t10: Interval
    t50: Interval
    t90: Interval
    observed: bool


def passing_times(
    times: np.ndarray, curve: np.ndarray, levels: np.ndarray, weights: np.ndarray
) -> np.ndarray:
    """When the closest rising curve first reaches each level; the last time where it does not."""
    rising = -fall_of(-curve, weights)
    passed = rising[None] >= levels[:, None]
    found = []
    for above, level in zip(passed, levels, strict=True):
        first = int(above.argmax())
        found.append(interpolate(times, rising, first, level, "linear") if above.any() else float(times[-1]))
    return np.array(found)


def gaps_passed_in(
    times: np.ndarray, rising: np.ndarray, levels: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Find the evaluations between which a rising curve passes each level; twice the last where it does not.

    Returns:
        Times of the last evaluation below each level, and of the first at or above it; shape (levels,) each.
    """
    passed = rising[None] >= levels[:, None]
    reached = passed.any(axis=1)
    last = times.size - 1
    after = np.where(reached, passed.argmax(axis=1), last)
    before = np.where(reached, np.maximum(after - 1, 0), last)
    return times[before], times[after]


def onset(
    sequences: ArrayLike,
    curve: ArrayLike,
    standard_error: ArrayLike | float,
    *,
    chance: float | int,
    least_rise: float | int = LEAST_RISE,
    shared: float | int = 0.0,
    window: int = SMOOTHING,
    level: float = 0.95,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Onset:
    """Find when a curve has risen by 10, 50 and 90 % of the way from chance to its peak.

    Args:
        sequences: Times, strictly increasing, shape (n,), n >= 5.
        curve: Accuracy there, shape (n,); NaN is left out.
        standard_error: Errors of the values, one number or shape (n,).
        chance: Accuracy of guessing.
        least_rise: Smallest height of a peak above chance that counts as a rise.
        shared: Correlation of errors between evaluations, 0 to 1.
        window: Evaluations in the running median that finds the peak.
        level: Confidence, of evaluation noise alone.
        resamples: Number of draws.
        seed: Their seed.

    Returns:
        The times; each interval holds at least the evaluations between which the crossing was seen.

    Raises:
        ValueError: If shapes, order or numbers are not as stated.

    Example:
        >>> times = onset(range(11), [0.1] * 5 + [0.3, 0.5, 0.7, 0.9, 0.9, 0.9], 0.0, chance=0.1)
        >>> round(times.t50.value, 6)
        6.0
    """
    check_between("level", level, 0, 1)
    points = read_curve(sequences, curve, standard_error)
    noise: dict[str, Any] = {"shared": shared, "resamples": resamples, "seed": seed}
    peak = peak_height(points.sequences, points.value, points.error, window=window, **noise)
    if peak.value - chance < least_rise:
        last = float(points.sequences[-1])
        never = Interval(last, last, float("inf"))
        return Onset(never, never, never, False)
    # One more window, so that the smoothed top is inside and the rise is seen to end.
    size = int(np.argmax(running_median(points.value, window))) + window // 2 + 1
    times, values, errors = (part[:size] for part in points)
    weights = 1 / np.maximum(errors, errors.max() / 10 or 1.0) ** 2
    levels = chance + np.array(SHARES) * (peak.value - chance)
    passed = passing_times(times, values, levels, weights)
    rising = -fall_of(-values, weights)
    centre = passing_times(times, rising, levels, weights)
    draws = draw_errors(errors, **noise)
    resampled = np.array([passing_times(times, rising + draw, levels, weights) for draw in draws])
    low, high = np.quantile(resampled - centre, [(1 - level) / 2, (1 + level) / 2], axis=0)
    earliest, latest = gaps_passed_in(times, rising, levels)
    lows, highs = np.minimum(passed + low, earliest), np.maximum(passed + high, latest)
    # The interpolated time lies in its gap, but for rounding.
    ends = zip(passed, np.minimum(lows, passed), np.maximum(highs, passed), strict=True)
    intervals = [Interval(*map(float, end)) for end in ends]
    return Onset(intervals[0], intervals[1], intervals[2], True)
