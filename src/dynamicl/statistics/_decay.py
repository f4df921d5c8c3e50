"""How fast a curve falls after its peak: the slope of accuracy against the logarithm of sequences.

The window goes from the peak to the midpoint of the fall, half way down to chance, so that a long flat tail does not
flatten it. Some 40 milliseconds a curve.
"""

from typing import NamedTuple

import numpy as np
import scipy
from numpy.typing import ArrayLike

from ._checks import check_between
from ._curve_input import RESAMPLES, read_curve
from ._peak import peak_height
from ._smoothing import SMOOTHING, running_median


class DecaySlope(NamedTuple):
    """The slope of a fall.

    Attributes:
        value: Change of accuracy as sequences grow e-fold; NaN with fewer than three evaluations from the peak on.
        low: Lower end of its interval; minus infinity where the midpoint was not reached.
        high: Upper end; where the midpoint was not reached, a one-sided bound.
        reached: Whether the curve fell half way to chance.
        start: Where the smoothed curve is highest, in sequences.
        end: Time of the midpoint, or the last one, in sequences.
        n: Evaluations in between, both included.
    """

    value: float
    low: float
    high: float
    reached: bool
    start: float
    end: float
    n: int


def _weighted_slope(x: np.ndarray, y: np.ndarray, error: np.ndarray) -> tuple[float, float]:
    """Least-squares slope and its standard error, which grows with the misfit and never shrinks with its absence."""
    weights = 1 / np.maximum(error, max(error.max() / 10, 1e-12)) ** 2
    centre = np.average(x, weights=weights)
    spread = np.sum(weights * (x - centre) ** 2)
    slope = np.sum(weights * (x - centre) * y) / spread
    left = y - np.average(y, weights=weights) - slope * (x - centre)
    misfit = np.sum(weights * left**2) / (x.size - 2)
    return float(slope), float(np.sqrt(max(misfit, float(error.max() > 0)) / spread))


def decay_slope(
    sequences: ArrayLike,
    curve: ArrayLike,
    standard_error: ArrayLike | float,
    *,
    chance: float | int,
    shared: float | int = 0.0,
    window: int = SMOOTHING,
    level: float = 0.95,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> DecaySlope:
    """Estimate the slope of accuracy against ln(sequences) from the peak to the midpoint of the fall.

    Args:
        sequences: Times, strictly increasing, shape (n,), n >= 5.
        curve: Accuracy there, shape (n,); NaN is left out.
        standard_error: Errors of the values, one number or shape (n,).
        chance: Accuracy of guessing, where the fall is taken to lead.
        shared: Correlation of errors between evaluations, used to find the peak.
        window: Evaluations in the running median that finds peak and midpoint.
        level: Confidence.
        resamples: Number of draws for the peak.
        seed: Their seed.

    Returns:
        The slope with Student's interval.

    Raises:
        ValueError: If shapes, order or numbers are not as stated.

    References:
        Singh, thesis (2025), figure 3.2: peak height, peak onset, decay slope.
    """
    check_between("level", level, 0, 1)
    points = read_curve(sequences, curve, standard_error)
    peak = peak_height(
        points.sequences,
        points.value,
        points.error,
        shared=shared,
        window=window,
        resamples=resamples,
        seed=seed,
    )
    smooth = running_median(points.value, window)
    after = points.sequences >= peak.highest
    fallen = after & (smooth <= (peak.value + chance) / 2)
    reached = bool(fallen.any())
    end = float(points.sequences[np.argmax(fallen)] if reached else points.sequences[-1])
    inside = after & (points.sequences <= end) & (points.sequences > 0)
    count = int(inside.sum())
    if count < 3:
        return DecaySlope(float("nan"), float("nan"), float("nan"), reached, peak.highest, end, count)
    slope, error = _weighted_slope(
        np.log(points.sequences[inside]), points.value[inside], points.error[inside]
    )
    if reached:
        half = float(scipy.stats.t.ppf((1 + level) / 2, count - 2)) * error
        return DecaySlope(slope, slope - half, slope + half, True, peak.highest, end, count)
    bound = slope + float(scipy.stats.t.ppf(level, count - 2)) * error
    return DecaySlope(slope, float("-inf"), bound, False, peak.highest, end, count)
