"""Does a quantity rise, or not change, from level to level of a condition, over several runs at each?

The test is Jonckheere and Terpstra's: it counts the pairs of runs of different levels that are in order, so
no spacing of the levels has to be chosen. Exact for up to 60 runs without ties, else normal. A few milliseconds; the
first exact test of a design takes up to some tens.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import scipy
from numpy.typing import ArrayLike

from ._checks import as_vector, check_between, check_choice
from ._correlation import correlation_interval
from ._welch import difference_error

TREND_P = 0.05
"""A trend has a smaller one-sided p-value."""

NO_TREND_P = 0.2
"""The absence of one has a larger two-sided p-value ..."""

NO_TREND_RHO = 0.5
"""... and an interval of Spearman's rho between minus this and this."""

LEAST_RUNS_A_LEVEL = 3
"""With fewer runs at a level, the absence of a trend cannot be decided."""

LARGEST_EXACT = 60
"""Runs up to which the distribution is counted out."""


class LevelTrend(NamedTuple):
    """Whether a quantity goes one way with the level.

    Attributes:
        value: Mean at the last level minus mean at the first, turned so that a trend as expected is positive.
        low: Lower end of its interval (Welch's); minus infinity where a level has one run.
        high: Upper end; infinity there.
        p: One-sided p-value of the Jonckheere-Terpstra test.
        statistic: Pairs in the expected order, ties counted half.
        holds: Whether p is small and the extremes differ by the margin.
        n: Number of runs.
    """

    value: float
    low: float
    high: float
    p: float
    statistic: float
    holds: bool
    n: int


class NoTrend(NamedTuple):
    """Whether a quantity shows no trend with the level.

    Attributes:
        value: Spearman's rho of level and quantity; 0 where the quantity is the same everywhere.
        low: Lower end of its interval.
        high: Upper end.
        p: Two-sided p-value of the Jonckheere-Terpstra test.
        holds: Whether p is large and the interval lies inside the bounds; None where that cannot be decided.
        undecided: Why it cannot, or empty.
        n: Number of runs.
    """

    value: float
    low: float
    high: float
    p: float
    holds: bool | None
    undecided: str
    n: int


def _samples(levels: Sequence[ArrayLike]) -> list[np.ndarray]:
    """Check the runs of each level."""
    if len(levels) < 2:
        raise ValueError(
            f"`levels` has {len(levels)} level(s); at least 2 are needed. Pass one array a level."
        )
    return [as_vector(f"levels[{place}]", runs) for place, runs in enumerate(levels)]


def _pairs_in_order(samples: Sequence[np.ndarray]) -> float:
    """Jonckheere and Terpstra's statistic: pairs that rise with the level; ties count half."""
    total = 0.0
    for place, later in enumerate(samples[1:], 1):
        earlier = np.concatenate(samples[:place])[:, None]
        total += np.sum(earlier < later) + 0.5 * np.sum(earlier == later)
    return float(total)


@lru_cache(maxsize=64)
def _upper_tail(sizes: tuple[int, ...]) -> np.ndarray:
    """Probability that the statistic reaches 0, 1, ... without a trend or ties, by its generating function.

    That function is the Gaussian multinomial coefficient of the sizes: factors (1 - q^k), k up to all runs, over those
    up to each size. The coefficients are whole numbers, so they are kept as such.
    """
    order = (sum(sizes) ** 2 - sum(size**2 for size in sizes)) // 2
    counts = np.array([1] + [0] * order, dtype=object)
    for k in range(1, sum(sizes) + 1):
        if k <= order:
            counts[k:] = counts[k:] - counts[:-k]
    for k in (k for size in sizes for k in range(1, size + 1)):
        for first in range(min(k, order + 1)):
            counts[first::k] = np.cumsum(counts[first::k])
    total = sum(counts.tolist())
    return np.array([count / total for count in np.cumsum(counts[::-1])[::-1].tolist()])


def _normal_tail(samples: Sequence[np.ndarray], statistic: float) -> float:
    """Upper tail from the normal distribution with the variance that ties leave, and a continuity correction."""
    sizes = np.array([sample.size for sample in samples], dtype=np.float64)
    ties = np.unique(np.concatenate(samples), return_counts=True)[1].astype(np.float64)
    n = sizes.sum()

    def cubes(m: np.ndarray) -> float:
        return float(np.sum(m * (m - 1) * (2 * m + 5)))

    def threes(m: np.ndarray) -> float:
        return float(np.sum(m * (m - 1) * (m - 2)))

    def twos(m: np.ndarray) -> float:
        return float(np.sum(m * (m - 1)))

    variance = (n * (n - 1) * (2 * n + 5) - cubes(sizes) - cubes(ties)) / 72
    variance += twos(sizes) * twos(ties) / (8 * n * (n - 1))
    if n > 2:
        variance += threes(sizes) * threes(ties) / (36 * n * (n - 1) * (n - 2))
    if variance <= 1e-9:
        return 1.0
    middle = (n**2 - np.sum(sizes**2)) / 4
    return float(scipy.stats.norm.sf((statistic - middle - 0.5) / np.sqrt(variance)))


def jonckheere_terpstra(levels: Sequence[ArrayLike]) -> tuple[float, float]:
    """Test whether runs at later levels have larger values.

    Args:
        levels: The values of the runs at each level, in the order of the levels; k >= 2 levels, each of any size.

    Returns:
        The number of pairs in order, ties counted half, and its one-sided p-value.

    Raises:
        ValueError: If there are fewer than two levels, or one is empty or holds no numbers.

    References:
        Hollander, Wolfe and Chicken, Nonparametric statistical methods (2014), section 6.2.

    Example:
        >>> jonckheere_terpstra([[1, 2], [3, 4]])
        (4.0, 0.16666666666666666)
    """
    samples = _samples(levels)
    statistic = _pairs_in_order(samples)
    values = np.concatenate(samples)
    if values.size <= LARGEST_EXACT and np.unique(values).size == values.size:
        sizes = tuple(sorted(sample.size for sample in samples))
        return statistic, float(_upper_tail(sizes)[int(statistic)])
    return statistic, _normal_tail(samples, statistic)


def _difference(first: np.ndarray, last: np.ndarray, level: float) -> tuple[float, float, float]:
    """Mean of the last minus mean of the first with Welch's interval."""
    value = float(last.mean() - first.mean())
    if min(first.size, last.size) < 2:
        return value, float("-inf"), float("inf")
    error, freedom = difference_error(first, last)
    half = float(scipy.stats.t.ppf((1 + level) / 2, freedom)) * error
    return value, value - half, value + half


def trend(
    levels: Sequence[ArrayLike], *, direction: str = "up", margin: float | int = 0.0, level: float = 0.95
) -> LevelTrend:
    """Decide whether a quantity rises (or falls) from level to level.

    Args:
        levels: The values of the runs at each level, in the order of the levels.
        direction: "up" or "down".
        margin: By how much the means at the first and last level must differ at least.
        level: Confidence of their difference.

    Returns:
        The answer with its numbers.

    Raises:
        ValueError: If there are fewer than two levels, one is empty, or the direction is unknown.

    Example:
        >>> trend([[0.1, 0.2, 0.3], [0.4, 0.5, 0.6], [0.7, 0.8, 0.9]], margin=0.1).holds
        True
    """
    check_choice("direction", direction, ("up", "down"))
    check_between("level", level, 0, 1)
    sign = 1.0 if direction == "up" else -1.0
    samples = [sign * runs for runs in _samples(levels)]
    statistic, p = jonckheere_terpstra(samples)
    value, low, high = _difference(samples[0], samples[-1], level)
    holds = p < TREND_P and value >= margin
    return LevelTrend(value, low, high, p, statistic, holds, sum(runs.size for runs in samples))


def no_trend(
    levels: Sequence[ArrayLike], *, rho: float = NO_TREND_RHO, p: float = NO_TREND_P, level: float = 0.95
) -> NoTrend:
    """Decide whether a quantity shows no trend from level to level.

    Args:
        levels: The values of the runs at each level, in the order of the levels.
        rho: Bound on the size of Spearman's rho, inside (0, 1).
        p: The two-sided p-value must be larger.
        level: Confidence of rho.

    Returns:
        The answer with its numbers. It is undecided with fewer than three runs at a level, with so few runs in all that
        even a rho of 0 has an interval wider than the bounds (below 16 at the defaults), be their values equal or not,
        and where no trend is seen but rho is not known well enough: of four levels without a trend 16 runs bound it in
        2 cases of 100, 36 in 76.

    Raises:
        ValueError: If there are fewer than two levels, one is empty, or a number is out of range.
    """
    check_between("rho", rho, 0, 1)
    samples = _samples(levels)
    check_between("level", level, 0, 1)
    n = sum(runs.size for runs in samples)
    ranks = np.repeat(np.arange(len(samples)), [runs.size for runs in samples])
    values = np.concatenate(samples)
    upper = jonckheere_terpstra(samples)[1]
    lower = jonckheere_terpstra([-runs for runs in samples])[1]
    two_sided = min(1.0, 2 * min(upper, lower))
    undecided = ""
    widest = np.tanh(scipy.stats.norm.ppf((1 + level) / 2) / np.sqrt(n - 3)) if n > 3 else 1.0
    if min(runs.size for runs in samples) < LEAST_RUNS_A_LEVEL:
        undecided = f"fewer than {LEAST_RUNS_A_LEVEL} runs at a level"
    elif widest >= rho:
        undecided = f"{n} runs are too few to bound a correlation by {rho:g}"
    if np.ptp(values) == 0:
        return NoTrend(0.0, 0.0, 0.0, two_sided, None if undecided else True, undecided, n)
    if n < 4:
        return NoTrend(float("nan"), -1.0, 1.0, two_sided, None, undecided, n)
    value, low, high = correlation_interval(ranks, values, kind="spearman", level=level)
    inside = -rho < low and high < rho
    if two_sided > p and low < 0 < high and not inside:
        undecided = undecided or f"a correlation of {n} runs is known no better than [{low:.2f}, {high:.2f}]"
    holds = two_sided > p and inside
    return NoTrend(value, low, high, two_sided, None if undecided else holds, undecided, n)
