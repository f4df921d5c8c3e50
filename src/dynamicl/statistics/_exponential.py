"""Is a descent a single exponential? The counterpart of a transition."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ._checks import as_vector, check_increasing, check_same_length


class Exponential(NamedTuple):
    """A straight line through the logarithm of a curve.

    Attributes:
        rate: Per unit of x; positive where the curve decays.
        start: The line's value at the first x.
        r_squared: Share of the log curve's variance that the line explains.
        bend: Largest distance from the line, as a share of the line's whole range in logs.
    """

    rate: float
    start: float
    r_squared: float
    bend: float


def fit_exponential(x: ArrayLike, curve: ArrayLike) -> Exponential:
    """Fit curve = start * exp(-rate * (x - x[0])) by least squares on the logarithm.

    Args:
        x: Steps or sequences, strictly increasing, shape (n,), n >= 3.
        curve: Positive values, shape (n,). Cut off what lies on the floor of float precision.

    Returns:
        Rate, start and how straight the logarithm is.

    Raises:
        ValueError: If a value is not positive or lengths differ.
    """
    places, values = as_vector("x", x, least=3), as_vector("curve", curve)
    check_same_length("x", places, "curve", values)
    check_increasing("x", places)
    if values.min() <= 0:
        raise ValueError(
            f"`curve` holds {values.min():g}; positive values are allowed. Subtract no floor from it."
        )
    logs = np.log(values)
    slope, level = np.polyfit(places - places[0], logs, 1)
    left = logs - level - slope * (places - places[0])
    spread = float(np.sum((logs - logs.mean()) ** 2))
    span = abs(slope) * (places[-1] - places[0])
    moves = span > 1e-12 * (1 + np.abs(logs).max())
    return Exponential(
        float(-slope),
        float(np.exp(level)),
        1 - float(np.sum(left**2)) / spread if moves else 0.0,
        float(np.abs(left).max() / span) if moves else float("inf"),
    )
