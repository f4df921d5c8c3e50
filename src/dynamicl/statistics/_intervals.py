"""Intervals: a value with the range that the data leave open.

Use `jeffreys` for a share of successes, `mean_interval` for a mean of few runs, `bootstrap_interval` for
anything else that is computed from one sample, `median_difference` to compare two populations. All are
deterministic given `seed`; a bootstrap of 2,000 resamples of 100 values takes some milliseconds.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import scipy
from numpy.typing import ArrayLike

from ._checks import as_counts, as_vector, check_between, check_choice, check_resamples


class Interval(NamedTuple):
    """A value and the ends of its interval (95 % unless `level` said otherwise); JSON writes it as a list."""

    value: float
    low: float
    high: float


def jeffreys(successes: int, trials: int, *, level: float = 0.95) -> Interval:
    """Estimate a probability from counts, with the Jeffreys interval.

    The interval is the equal-tailed one of Beta(k + 1/2, n - k + 1/2), with the end at 0 (or 1) when no
    (or every) trial succeeded.

    Args:
        successes: k, from 0 to `trials`.
        trials: n, at least 1.
        level: Probability content.

    Returns:
        k / n and its interval.

    Raises:
        ValueError: If the counts are no counts, or `level` is not inside (0, 1).

    References:
        Brown, Cai and DasGupta, Interval estimation for a binomial proportion, Statistical Science 16 (2001).
    """
    (k,), (n,) = as_counts("successes", [successes], "trials", [trials])
    check_between("level", level, 0, 1)
    tail = (1 - level) / 2
    low = 0.0 if k == 0 else float(scipy.stats.beta.ppf(tail, k + 0.5, n - k + 0.5))
    high = 1.0 if k == n else float(scipy.stats.beta.ppf(1 - tail, k + 0.5, n - k + 0.5))
    return Interval(float(k / n), low, high)


def mean_interval(values: ArrayLike, *, level: float = 0.95) -> Interval:
    """Estimate a mean with Student's t interval; the honest choice for a handful of runs.

    Args:
        values: Sample, shape (n,), n >= 2.
        level: Confidence.

    Returns:
        The mean and its interval.

    Raises:
        ValueError: If there are fewer than two values.
    """
    sample = as_vector("values", values, least=2)
    check_between("level", level, 0, 1)
    half = scipy.stats.t.ppf((1 + level) / 2, sample.size - 1) * sample.std(ddof=1) / np.sqrt(sample.size)
    centre = float(sample.mean())
    return Interval(centre, float(centre - half), float(centre + half))


LEAST_KNOWN = 0.95
"""Share of resamples whose statistic has to be a number; an interval of the others alone would be too narrow."""
_NAMED: dict[str, Callable[..., np.ndarray]] = {"mean": np.mean, "median": np.median}


def _replicate(rows: np.ndarray, statistic: str | Callable, index: np.ndarray) -> np.ndarray:
    """Statistic of every resample; `index` has shape (resamples, size)."""
    if isinstance(statistic, str):
        return _NAMED[statistic](rows[index], axis=1)
    return np.array([statistic(rows[chosen]) for chosen in index], dtype=np.float64)


def _bca_tails(replicates: np.ndarray, value: float, jackknife: np.ndarray, tails: np.ndarray) -> np.ndarray:
    """Quantile levels of the bias-corrected and accelerated interval."""
    below = (np.sum(replicates < value) + 0.5 * np.sum(replicates == value)) / replicates.size
    bias = scipy.stats.norm.ppf(np.clip(below, 0.5 / replicates.size, 1 - 0.5 / replicates.size))
    leverage = jackknife.mean() - jackknife
    spread = np.sum(leverage**2) ** 1.5
    acceleration = np.sum(leverage**3) / (6 * spread) if spread > 0 else 0.0
    shifted = bias + scipy.stats.norm.ppf(tails)
    return scipy.stats.norm.cdf(bias + shifted / (1 - acceleration * shifted))


def bootstrap_interval(
    values: ArrayLike,
    statistic: str | Callable[[np.ndarray], float] = "mean",
    *,
    method: str = "bca",
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> Interval:
    """Estimate a statistic of one sample with a bootstrap interval.

    Args:
        values: Sample, shape (n,) or (n, k); rows are resampled with replacement.
        statistic: "mean", "median", or a function from resampled rows to a number.
        method: "bca" (bias-corrected, accelerated) for smooth statistics, "percentile" for medians.
        level: Confidence.
        resamples: Number of resamples.
        seed: Seed of the resampling.

    Returns:
        The statistic and its interval.

    Raises:
        ValueError: If the sample has fewer than two rows or holds no numbers, a name is unknown, or the statistic is
            no number for more than one resample in twenty.

    References:
        Efron, Better bootstrap confidence intervals, JASA 82 (1987).
    """
    rows = np.asarray(values, dtype=np.float64)
    as_vector("values", rows.ravel())
    as_vector("values", rows.reshape(len(rows), -1)[:, 0], least=2)
    check_choice("method", method, ("bca", "percentile"))
    check_between("level", level, 0, 1)
    check_resamples(resamples)
    if isinstance(statistic, str):
        check_choice("statistic", statistic, tuple(_NAMED))
    n = len(rows)
    value = float(_replicate(rows, statistic, np.arange(n)[None])[0])
    index = np.random.default_rng(seed).integers(0, n, (resamples, n))
    replicates = _replicate(rows, statistic, index)
    known = np.isfinite(replicates)
    if known.mean() < LEAST_KNOWN:
        raise ValueError(
            f"`statistic` is no number for {np.sum(~known)} of {resamples} resamples: give one that each resample has"
        )
    replicates = replicates[known]
    tails = np.array([(1 - level) / 2, (1 + level) / 2])
    if method == "bca" and np.ptp(replicates) > 0:
        left_out = np.array([np.delete(np.arange(n), i) for i in range(n)])
        tails = _bca_tails(replicates, value, _replicate(rows, statistic, left_out), tails)
    low, high = np.quantile(replicates, tails)
    return Interval(value, float(low), float(high))


FEWEST_FOR_DIFFERENCE = 4
"""Values of each sample: of 300 normal draws each a 95 % interval held the truth in .89 with three, .95 with four."""


def median_difference(
    first: ArrayLike, second: ArrayLike, *, level: float = 0.95, resamples: int = 4000, seed: int = 0
) -> Interval:
    """Estimate median(first) - median(second) of two independent samples, with a percentile bootstrap interval.

    A bootstrap of fewer than four values misses the difference more often than its level says: there the interval's
    ends are NaN.

    Args:
        first: Sample, shape (n,), n >= 2.
        second: Sample, shape (m,), m >= 2.
        level: Confidence.
        resamples: Number of resamples.
        seed: Seed of the resampling.

    Returns:
        The difference and its interval.

    Raises:
        ValueError: If a sample has fewer than two values.
    """
    a, b = as_vector("first", first, least=2), as_vector("second", second, least=2)
    check_resamples(resamples)
    check_between("level", level, 0, 1)
    rng = np.random.default_rng(seed)
    medians = [np.median(rng.choice(sample, (resamples, sample.size)), axis=1) for sample in (a, b)]
    low, high = np.quantile(medians[0] - medians[1], [(1 - level) / 2, (1 + level) / 2])
    if min(a.size, b.size) < FEWEST_FOR_DIFFERENCE:
        low = high = np.nan
    return Interval(float(np.median(a) - np.median(b)), float(low), float(high))
