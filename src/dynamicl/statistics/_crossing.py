"""When a curve first passes a level: learning times and convergence steps, censored where it never does."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ._checks import as_vector, check_choice, check_increasing, check_same_length


class Crossing(NamedTuple):
    """A time, and whether it was observed; where not, `time` is the last point seen (right-censored)."""

    time: float
    observed: bool


def interpolate(x: np.ndarray, y: np.ndarray, index: int, level: float, axis: str) -> float:
    """Place `level` between points `index - 1` and `index` by linear interpolation in x or in log x."""
    if index == 0 or y[index] == y[index - 1]:
        return float(x[index])
    share = (level - y[index - 1]) / (y[index] - y[index - 1])
    if axis == "log" and x[index - 1] > 0:
        return float(x[index - 1] * (x[index] / x[index - 1]) ** share)
    return float(x[index - 1] + share * (x[index] - x[index - 1]))


def crossing(
    x: ArrayLike,
    curve: ArrayLike,
    level: float | int,
    *,
    direction: str = "falling",
    axis: str = "linear",
    hold: int = 1,
) -> Crossing:
    """Find when a curve first goes beyond a level.

    The documents' learning time is `crossing(sequences, loss, 0.4 * log(2))`.

    Args:
        x: Steps or sequences, strictly increasing, shape (n,); the answer is in the same unit.
        curve: Values there, shape (n,); points that are NaN (a frozen run) are left out.
        level: The level to pass.
        direction: "falling" (first below `level`) or "rising" (first above it).
        axis: Interpolate in x ("linear") or in log x ("log"; from a point at or below 0 on it stays linear).
        hold: The number of evaluations in a row that must lie beyond the level; more than 1 ignores spikes.

    Returns:
        The interpolated time, or the last finite point as censored.

    Raises:
        ValueError: If lengths differ, x does not increase, nothing is finite, or a word or `hold` is not
            allowed.

    References:
        Singh, thesis (2025), figure C.6: sequences until loss < 0.4 log 2.

    Example:
        >>> crossing([0, 10, 20], [1.0, 0.6, 0.2], 0.5)
        Crossing(time=12.5, observed=True)
    """
    check_choice("direction", direction, ("falling", "rising"))
    check_choice("axis", axis, ("linear", "log"))
    places, values = as_vector("x", x), np.asarray(curve, dtype=np.float64)
    check_same_length("x", places, "curve", values)
    check_increasing("x", places)
    if hold < 1:
        raise ValueError(
            f"`hold` is {hold}; a whole number of at least 1 is allowed. Use 1 for the first crossing."
        )
    finite = np.isfinite(values)
    if not finite.any():
        raise ValueError(
            "`curve` holds no finite value; at least one is needed. Leave out runs that never reported."
        )
    places, values = places[finite], values[finite]
    beyond = values < level if direction == "falling" else values > level
    held = (
        np.convolve(beyond, np.ones(hold, dtype=int), mode="valid") == hold
        if hold <= len(values)
        else beyond[:0]
    )
    if not held.any():
        return Crossing(float(places[-1]), False)
    return Crossing(interpolate(places, values, int(np.argmax(held)), level, axis), True)


def convergence_step(
    steps: ArrayLike, accuracy: ArrayLike, *, tolerance: float = 0.01, hold: int = 3
) -> Crossing:
    """Find the convergence step S: the first of `hold` evaluations in a row with accuracy above 1 - tolerance.

    S is taken at that evaluation, not interpolated, so that it never precedes what was seen.

    Args:
        steps: Evaluated steps, strictly increasing, shape (n,).
        accuracy: Accuracy there, 0 to 1, shape (n,).
        tolerance: How far below 1 counts as exact.
        hold: How many evaluations in a row must confirm it.

    Returns:
        S, or the last step as censored.

    Raises:
        ValueError: If `tolerance` is not inside (0, 1), or as `crossing`.

    References:
        Zhao, In-context key-value lookup (2023), eq. 18: the step at which a model converges to accuracy 1.
    """
    if not 0 < tolerance < 1:
        raise ValueError(f"`tolerance` is {tolerance}; a number inside (0, 1) is allowed. 0.01 accepts 99 %.")
    places = as_vector("steps", steps)
    reached = crossing(places, accuracy, 1 - tolerance, direction="rising", hold=hold)
    if not reached.observed:
        return reached
    values = np.asarray(accuracy, dtype=np.float64)
    seen = np.isfinite(values) & (values > 1 - tolerance) & (places >= reached.time)
    return Crossing(float(places[np.argmax(seen)]), True)
