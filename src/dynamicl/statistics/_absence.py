"""Whether an ability never shows: an accuracy that stays at chance throughout.

An absence is only as good as the evaluation: `high` says what would have been missed. Some 10 milliseconds a curve.
"""

from typing import NamedTuple

from numpy.typing import ArrayLike

from ._appearance import CHANCE_MARGIN
from ._curve_input import RESAMPLES
from ._smoothing import SMOOTHING, smoothed_band


class NeverAbove(NamedTuple):
    """Whether an ability never shows.

    Attributes:
        value: The largest smoothed value minus chance, biased upwards; compare it with the margin.
        low: The largest lower edge of the simultaneous band minus chance; at most 0 where the band covers chance.
        high: The largest upper edge minus chance: what the ability can be at most.
        holds: Whether the peak is below the margin and the band covers chance.
        n: Number of evaluations.
    """

    value: float
    low: float
    high: float
    holds: bool
    n: int


def never_above_chance(
    sequences: ArrayLike,
    accuracy: ArrayLike,
    standard_error: ArrayLike | float,
    *,
    chance: float | int,
    margin: float | int = CHANCE_MARGIN,
    shared: float | int = 0.0,
    window: int = SMOOTHING,
    level: float = 0.95,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> NeverAbove:
    """Decide whether an accuracy stays at chance throughout.

    The smoothed peak must lie below chance + margin, and no lower edge of the simultaneous band above chance. The peak
    keeps the bias of a maximum, so that a poor evaluation cannot make the claim easier. An accuracy below chance
    passes: nothing showed. By construction a curve at chance fails with probability 1 - level; where several runs must
    all pass, raise the level to 1 - 0.05 / runs.

    Args:
        sequences: Times, strictly increasing, shape (n,), n >= 5.
        accuracy: Accuracy there, shape (n,); NaN is left out.
        standard_error: Errors of the values, one number or shape (n,).
        chance: Accuracy of guessing.
        margin: How far above chance the smoothed peak may lie.
        shared: Correlation of errors between evaluations, 0 to 1.
        window: Evaluations in the running median.
        level: Probability that the band holds everywhere.
        resamples: Number of draws.
        seed: Their seed.

    Returns:
        The answer with its numbers.

    Raises:
        ValueError: If shapes, order or numbers are not as stated.

    Example:
        >>> never_above_chance(range(10), [0.5, 0.51, 0.49, 0.5, 0.48] * 2, 0.01, chance=0.5).holds
        True
    """
    band = smoothed_band(
        sequences,
        accuracy,
        standard_error,
        shared=shared,
        window=window,
        level=level,
        resamples=resamples,
        seed=seed,
    )
    value, low, high = (float(edge.max()) - chance for edge in (band.value, band.low, band.high))
    return NeverAbove(value, low, high, value < margin and low <= 0, band.value.size)
