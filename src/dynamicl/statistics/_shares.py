"""Shares of runs: an interval that never promises too much, and Fisher's test of two shares. Microseconds."""

from typing import NamedTuple

import numpy as np
import scipy

from ._checks import as_counts, check_between, check_choice
from ._intervals import Interval


class ShareDifference(NamedTuple):
    """Two shares compared.

    Attributes:
        value: First share minus second.
        low: Lower end of Newcombe's interval.
        high: Upper end.
        p: Fisher's exact p-value.
        n: Trials in both.
    """

    value: float
    low: float
    high: float
    p: float
    n: int


def clopper_pearson(successes: int, trials: int, *, level: float = 0.95) -> Interval:
    """Estimate a probability from counts, with the exact interval of Clopper and Pearson.

    It covers at least with its level whatever the probability; `jeffreys` is shorter and does so on average.

    Args:
        successes: k, from 0 to `trials`.
        trials: n, at least 1.
        level: Least coverage.

    Returns:
        k / n and its interval.

    Raises:
        ValueError: If the counts are no counts, or `level` is not inside (0, 1).

    References:
        Clopper and Pearson, The use of confidence or fiducial limits, Biometrika 26 (1934).
    """
    (k,), (n,) = as_counts("successes", [successes], "trials", [trials])
    check_between("level", level, 0, 1)
    tail = (1 - level) / 2
    low = 0.0 if k == 0 else float(scipy.stats.beta.ppf(tail, k, n - k + 1))
    high = 1.0 if k == n else float(scipy.stats.beta.ppf(1 - tail, k + 1, n - k))
    return Interval(float(k / n), low, high)


def _wilson(k: int, n: int, level: float) -> tuple[float, float]:
    """Wilson's score interval."""
    z = float(scipy.stats.norm.ppf((1 + level) / 2))
    centre = (k + z**2 / 2) / (n + z**2)
    half = z * float(np.sqrt(k * (n - k) / n + z**2 / 4)) / (n + z**2)
    return centre - half, centre + half


def fisher_test(
    successes: tuple[int, int],
    trials: tuple[int, int],
    *,
    alternative: str = "two-sided",
    level: float = 0.95,
) -> ShareDifference:
    """Test whether two shares differ, exactly.

    Args:
        successes: Successes in the first and in the second group.
        trials: Trials in both.
        alternative: "two-sided", "greater" (the first share is larger) or "less".
        level: Confidence of the difference.

    Returns:
        The difference of the shares, its interval and the p-value.

    Raises:
        ValueError: If the counts are no counts, there are not two groups, or a word or `level` is not allowed.

    References:
        Newcombe, Interval estimation for the difference between independent proportions, Statistics in Medicine 17
        (1998), method 10.

    Example:
        >>> round(fisher_test((9, 2), (10, 10), alternative="greater").p, 4)
        0.0027
    """
    check_choice("alternative", alternative, ("two-sided", "greater", "less"))
    check_between("level", level, 0, 1)
    k, n = as_counts("successes", list(successes), "trials", list(trials))
    if k.size != 2:
        raise ValueError(f"`successes` has {k.size} groups; two are compared. Pool or choose them first.")
    (a, b), (m, r) = k.tolist(), n.tolist()
    p = float(scipy.stats.fisher_exact([[a, m - a], [b, r - b]], alternative=alternative).pvalue)
    (low_a, high_a), (low_b, high_b) = _wilson(a, m, level), _wilson(b, r, level)
    value = a / m - b / r
    low = value - float(np.hypot(a / m - low_a, high_b - b / r))
    high = value + float(np.hypot(high_a - a / m, b / r - low_b))
    return ShareDifference(value, low, high, p, m + r)
