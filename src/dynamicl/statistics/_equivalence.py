"""Are two means the same, within a margin fixed beforehand? Two one-sided tests, in microseconds.

That a difference is not significant proves nothing: with three runs few differences are. Here sameness has to be shown.
"""

from typing import NamedTuple

import numpy as np
import scipy
from numpy.typing import ArrayLike

from ._checks import as_vector, check_between, check_same_length
from ._welch import difference_error

SAME_MARGIN = 0.05
"""Means that differ by less count as the same."""

SAME_P = 0.05
"""Level of each one-sided test."""


class Sameness(NamedTuple):
    """Whether two means agree within a margin.

    Attributes:
        value: Mean of the first minus mean of the second.
        low: Lower end of the interval that decides: at the default level the one of 90 %.
        high: Upper end.
        p: The larger of the two one-sided p-values.
        holds: Whether the interval lies inside the margin.
        n: Runs in the smaller sample.
    """

    value: float
    low: float
    high: float
    p: float
    holds: bool
    n: int


def _standard_error(a: np.ndarray, b: np.ndarray, paired: bool) -> tuple[float, float]:
    """Standard error of the difference of means, and its degrees of freedom."""
    if paired:
        return float((a - b).std(ddof=1) / np.sqrt(a.size)), a.size - 1.0
    return difference_error(a, b)


def same(
    first: ArrayLike,
    second: ArrayLike,
    *,
    margin: float | int = SAME_MARGIN,
    alpha: float = SAME_P,
    paired: bool = False,
) -> Sameness:
    """Decide whether two means are surely less than a margin apart.

    Args:
        first: One value a run, shape (n,), n >= 2.
        second: Likewise, shape (m,), m >= 2.
        margin: Largest difference that counts as none, above 0, in the unit of the values.
        alpha: Level of each test, inside (0, 0.5).
        paired: Whether entry i of both comes from one run (or one seed).

    Returns:
        The answer with its numbers.

    Raises:
        ValueError: If a sample has fewer than two values, paired samples differ in length, or a number is out of range.

    References:
        Schuirmann, A comparison of the two one-sided tests procedure, J. Pharmacokinet. Biopharm. 15 (1987).

    Example:
        >>> same([0.90, 0.91, 0.92], [0.91, 0.90, 0.93]).holds
        True
    """
    a, b = as_vector("first", first, least=2), as_vector("second", second, least=2)
    check_between("margin", margin, 0, float("inf"))
    check_between("alpha", alpha, 0, 0.5)
    if paired:
        check_same_length("first", a, "second", b)
    value = float(a.mean() - b.mean())
    error, freedom = _standard_error(a, b, paired)
    n = min(a.size, b.size)
    if error == 0:
        inside = abs(value) < margin
        return Sameness(value, value, value, 0.0 if inside else 1.0, inside, n)
    p = float(scipy.stats.t.cdf((abs(value) - margin) / error, freedom))
    half = float(scipy.stats.t.ppf(1 - alpha, freedom)) * error
    return Sameness(value, value - half, value + half, p, p < alpha, n)
