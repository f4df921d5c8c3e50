"""Whether an ability appears: an accuracy that is surely above chance for several evaluations in a row.

The curve is smoothed by a running median and bounded as a whole by resampling the evaluation errors. The same band
serves `never_above_chance`, so the two exclude each other, and both may be false. Some 20 milliseconds a curve.
"""

from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike

from ._curve_input import RESAMPLES
from ._smoothing import SMOOTHING, smoothed_band

CHANCE_MARGIN = 0.05
"""How far above chance an accuracy must be to count as an ability."""

IN_A_ROW = 3
"""Evaluations in a row that must lie above it."""


class Appearance(NamedTuple):
    """Whether an ability appears.

    Attributes:
        value: The best height that the curve keeps over evaluations in a row, minus chance.
        low: The same of the simultaneous lower bound; compare this with the margin.
        high: The same of the upper bound.
        holds: Whether `low` is above the margin.
        time: The first of those evaluations, in sequences; NaN where it does not appear.
        n: Number of evaluations.
    """

    value: float
    low: float
    high: float
    holds: bool
    time: float
    n: int


def _best_in_a_row(values: np.ndarray, count: int) -> float:
    """Largest height that `count` neighbouring values all have."""
    if values.size < count:
        return float(values.min())
    return float(sliding_window_view(values, count).min(axis=-1).max())


def appears(
    sequences: ArrayLike,
    accuracy: ArrayLike,
    standard_error: ArrayLike | float,
    *,
    chance: float | int,
    margin: float | int = CHANCE_MARGIN,
    in_a_row: int = IN_A_ROW,
    shared: float | int = 0.0,
    window: int = SMOOTHING,
    level: float = 0.95,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Appearance:
    """Decide whether an accuracy is ever surely above chance, for several evaluations in a row.

    Args:
        sequences: Times, strictly increasing, shape (n,), n >= 5.
        accuracy: Accuracy there, shape (n,); NaN is left out.
        standard_error: Errors of the values, one number or shape (n,).
        chance: Accuracy of guessing.
        margin: How far above chance counts.
        in_a_row: Evaluations that must confirm it.
        shared: Correlation of errors between evaluations, 0 to 1.
        window: Evaluations in the running median.
        level: Probability that the lower bound holds everywhere.
        resamples: Number of draws.
        seed: Their seed.

    Returns:
        The answer with its numbers.

    Raises:
        ValueError: If shapes, order or numbers are not as stated.

    Example:
        >>> appears(range(10), [0.5] * 4 + [0.9] * 6, 0.01, chance=0.5).holds
        True
    """
    if in_a_row < 1:
        raise ValueError(f"`in_a_row` is {in_a_row}; a whole number of at least 1 is allowed. 3 is usual.")
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
    value, low, high = (_best_in_a_row(edge, in_a_row) - chance for edge in (band.value, band.low, band.high))
    sure = band.low - chance > margin
    above = sliding_window_view(sure, in_a_row).all(axis=-1) if sure.size >= in_a_row else np.zeros(1, bool)
    holds = bool(above.any())
    time = float(band.sequences[np.argmax(above)]) if holds else float("nan")
    return Appearance(value, low, high, holds, time, band.low.size)
