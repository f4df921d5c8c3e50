"""Whether an ability fades: an accuracy that ends surely below its peak.

A run must go on for at least twice the time to its peak, else it is too short to tell. Some 40 milliseconds a curve.
"""

from typing import Any, NamedTuple

import numpy as np
import scipy
from numpy.typing import ArrayLike

from ._checks import check_between
from ._curve_input import RESAMPLES, draw_errors, read_curve
from ._peak import peak_height
from ._smoothing import SMOOTHING, running_median

FADE_MARGIN = 0.10
"""How much of the peak must be lost."""

END_SHARE = 0.05
"""The last part of training whose mean is the end."""

PEAKS_TO_END = 2
"""Training must last this many times as long as it took to the peak."""

TOO_SHORT = "too short to tell"


class Fading(NamedTuple):
    """Whether an ability is lost after its peak.

    Attributes:
        value: Peak minus end, in the curve's unit.
        low: Lower end of its interval; compare this with the margin.
        high: Upper end.
        holds: Whether `low` reaches the margin; None where training was too short to tell.
        undecided: Why it cannot be told, or empty.
        peak: Height of the peak.
        end: Mean of the last part of training.
        time: When the peak is reached, in sequences (`Peak.time`).
        n: Number of evaluations.
    """

    value: float
    low: float
    high: float
    holds: bool | None
    undecided: str
    peak: float
    end: float
    time: float
    n: int


def fades(
    sequences: ArrayLike,
    accuracy: ArrayLike,
    standard_error: ArrayLike | float,
    *,
    margin: float | int = FADE_MARGIN,
    shared: float | int = 0.0,
    window: int = SMOOTHING,
    level: float = 0.95,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Fading:
    """Decide whether an accuracy ends surely below its peak.

    Args:
        sequences: Times from the start of training, strictly increasing, shape (n,), n >= 5.
        accuracy: Accuracy there, shape (n,); NaN is left out.
        standard_error: Errors of the values, one number or shape (n,).
        margin: How much must be lost.
        shared: Correlation of errors between evaluations, 0 to 1; what peak and end share cancels.
        window: Evaluations in the running median.
        level: Confidence.
        resamples: Number of draws.
        seed: Their seed.

    Returns:
        The answer with its numbers.

    Raises:
        ValueError: If shapes, order or numbers are not as stated.

    Example:
        >>> fades(range(10), [0.5] * 2 + [0.9] * 6 + [0.5] * 2, 0.01).holds
        True
    """
    check_between("level", level, 0, 1)
    points = read_curve(sequences, accuracy, standard_error)
    noise: dict[str, Any] = {"shared": shared, "resamples": resamples, "seed": seed}
    peak = peak_height(points.sequences, points.value, points.error, window=window, **noise)
    late = points.sequences >= (1 - END_SHARE) * points.sequences[-1]
    end = float(points.value[late].mean())
    draws = draw_errors(points.error, **noise)
    highest = int(np.argmax(running_median(points.value, window)))
    lost = running_median(draws, window)[:, highest] - draws[:, late].mean(axis=1)
    half = float(scipy.stats.norm.ppf((1 + level) / 2) * lost.std())
    drop = peak.value - end
    short = points.sequences[-1] < PEAKS_TO_END * peak.time
    return Fading(
        value=drop,
        low=drop - half,
        high=drop + half,
        holds=None if short else drop - half >= margin,
        undecided=TOO_SHORT if short else "",
        peak=peak.value,
        end=end,
        time=peak.time,
        n=points.value.size,
    )
