"""One number for how abrupt a loss falls: the time to a tenth of the drop over the time to nine tenths.

A single exponential has .046 whatever its rate; a loss that waits on a plateau and then drops comes near 1. It serves
where a whole curve is one phase, and its scale does not depend on the number of evaluations; `find_transition` searches
a curve for a phase. Some 30 milliseconds a curve.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ._checks import check_between
from ._crossing import interpolate
from ._curve_input import RESAMPLES, EvaluatedCurve, draw_errors, read_curve
from ._fading import END_SHARE
from ._noise import fall_of

SMOOTH_BELOW = 0.15
"""A smaller plateau index is a smooth fall."""

PHASE_CHANGE_ABOVE = 0.35
"""A larger one is a phase change."""


class PlateauIndex(NamedTuple):
    """How abrupt a drop is.

    Attributes:
        value: t10 / t90, both from the start of the phase; NaN where the loss does not drop.
        low: Lower end of its interval, evaluation noise and the distance of the evaluations included.
        high: Upper end.
        t10: When a tenth of the drop is done, in sequences.
        t90: When nine tenths are done, in sequences.
        kind: "smooth", "phase change", "in between", or "no drop".
        n: Number of evaluations in the phase.
    """

    value: float
    low: float
    high: float
    t10: float
    t90: float
    kind: str
    n: int


class _Passing(NamedTuple):
    """Where a fall passes 10 and 90 %, and the evaluations on both sides of each; times from the start."""

    times: np.ndarray
    earliest: np.ndarray
    latest: np.ndarray


def _passing(points: EvaluatedCurve, late: np.ndarray) -> _Passing | None:
    """Measure the drop from the start's level to the mean of the end; None where there is none."""
    fall = fall_of(points.value)
    start, end = fall[0], points.value[late].mean()
    if start <= end:
        return None
    times = points.sequences - points.sequences[0]
    levels = start - np.array([0.1, 0.9]) * (start - end)
    firsts = [int(np.argmax(fall <= level)) for level in levels]
    pairs = zip(firsts, levels, strict=True)
    passed = np.array([interpolate(times, fall, first, level, "linear") for first, level in pairs])
    return _Passing(passed, times[[max(first - 1, 0) for first in firsts]], times[firsts])


def _kind(value: float) -> str:
    if value < SMOOTH_BELOW:
        return "smooth"
    return "phase change" if value > PHASE_CHANGE_ABOVE else "in between"


def plateau_index(
    sequences: ArrayLike,
    loss: ArrayLike,
    standard_error: ArrayLike | float,
    *,
    start: float | int | None = None,
    end: float | int | None = None,
    shared: float | int = 0.0,
    level: float = 0.95,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> PlateauIndex:
    """Measure how abruptly a loss drops within a phase.

    The start's level is that of the closest falling curve at the start, the end's is the mean of the phase's last
    twentieth. Choose `start` after a first descent that is not meant, and `end` before a later rise.

    Args:
        sequences: Times, strictly increasing, shape (n,), n >= 5.
        loss: Loss there, shape (n,); NaN is left out.
        standard_error: Errors of the values, one number or shape (n,).
        start: Where the phase begins and time is counted from, in sequences; the first evaluation where None.
        end: Where it ends, in sequences; the last evaluation where None.
        shared: Correlation of errors between evaluations, 0 to 1.
        level: Confidence, of evaluation noise alone.
        resamples: Number of draws.
        seed: Their seed.

    Returns:
        The index, with its interval and kind.

    Raises:
        ValueError: If shapes, order or numbers are not as stated, or the phase holds fewer than five evaluations.

    Example:
        >>> import numpy as np
        >>> t = np.linspace(0, 20, 2001)
        >>> round(plateau_index(t, np.exp(-t), 0.0).value, 3)
        0.046
    """
    check_between("level", level, 0, 1)
    whole = read_curve(sequences, loss, standard_error)
    first = whole.sequences[0] if start is None else start
    last = whole.sequences[-1] if end is None else end
    inside = (whole.sequences >= first) & (whole.sequences <= last)
    if inside.sum() < 5:
        raise ValueError(
            f"`start` {first:g} and `end` {last:g} have {inside.sum()} evaluations between them; at least 5 are "
            "needed. Choose a longer phase."
        )
    points = EvaluatedCurve(*(part[inside] for part in whole))
    late = points.sequences >= points.sequences[-1] - END_SHARE * np.ptp(points.sequences)
    passing = _passing(points, late)
    count = points.value.size
    if passing is None:
        nan = float("nan")
        return PlateauIndex(nan, nan, nan, nan, nan, "no drop", count)
    value = float(passing.times[0] / passing.times[1])
    noise: dict[str, Any] = {"shared": shared, "resamples": resamples, "seed": seed}
    low, high = _ends(points, late, noise, level)
    low = min(value, low, float(passing.earliest[0] / passing.latest[1]))
    # Both in the same gap between evaluations: nothing is known of their ratio.
    latest = float(passing.latest[0] / passing.earliest[1]) if passing.earliest[1] > 0 else 1.0
    high = min(max(value, high, latest), 1.0)
    t10, t90 = (float(time + points.sequences[0]) for time in passing.times)
    return PlateauIndex(value, low, high, t10, t90, _kind(value), count)


def _ends(
    points: EvaluatedCurve, late: np.ndarray, noise: dict[str, Any], level: float
) -> tuple[float, float]:
    """Range of the index over curves as they might have been, about the closest falling curve."""
    fall = fall_of(points.value)
    draws = draw_errors(points.error, **noise)
    passings = [_passing(points._replace(value=fall + draw), late) for draw in draws]
    values = [passing.times[0] / passing.times[1] for passing in passings if passing is not None]
    if not values:
        return 0.0, 1.0
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
