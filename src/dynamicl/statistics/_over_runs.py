"""The mean over runs with the interval that evaluation noise and the spread over runs leave open.

Evaluation sequences are resampled inside each run, and runs. Below six runs a bootstrap has too few to draw
from and Student's t takes its place. Some 10 milliseconds.
"""

from typing import NamedTuple

import numpy as np
import scipy
from numpy.typing import ArrayLike

from ._checks import as_vector, check_between, check_resamples, check_same_length

LEAST_FOR_BOOTSTRAP = 6
"""Runs from which on they are resampled."""


class RunInterval(NamedTuple):
    """A mean over runs, its interval and the number of runs.

    With a single run the interval is that of evaluation noise alone and says nothing about other runs.
    """

    value: float
    low: float
    high: float
    n: int


def _errors(sample: np.ndarray, standard_error: ArrayLike | float) -> np.ndarray:
    """One error for each run."""
    errors = np.asarray(standard_error, dtype=np.float64)
    if errors.ndim == 0:
        errors = np.full(sample.size, float(errors))
    errors = as_vector("standard_error", errors)
    check_same_length("values", sample, "standard_error", errors)
    if (errors < 0).any():
        raise ValueError(
            f"`standard_error` holds {errors.min():g}; at least 0 is allowed. 0 where a value is exact."
        )
    return errors


def over_runs(
    values: ArrayLike,
    standard_error: ArrayLike | float = 0.0,
    *,
    shared: float | int = 0.0,
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> RunInterval:
    """Estimate a mean over runs with a two-level interval.

    Args:
        values: One value a run, shape (n,), n >= 1.
        standard_error: Their errors from evaluating on finitely many sequences, one number or shape (n,).
        shared: Correlation of these errors between runs: 0 where each has sequences of its own, up to 1 where all are
            evaluated on the same. Runs cannot show what they share, so it widens the interval.
        level: Confidence.
        resamples: Number of resamples, from six runs on.
        seed: Their seed.

    Returns:
        The mean, its interval and n. From six runs on the ends are percentiles of the resampled means, taken further
        out as Student's t asks for. The spread of the values holds their evaluation noise once already, so the interval
        is a little wide where that noise is large.

    Raises:
        ValueError: If shapes or numbers are not as stated.

    References:
        Hesterberg, What teachers should know about the bootstrap, The American Statistician 69 (2015), section 5.

    Example:
        >>> over_runs([0.5], 0.01).n
        1
    """
    sample = as_vector("values", values)
    errors = _errors(sample, standard_error)
    check_between("level", level, 0, 1)
    if not 0 <= shared <= 1:
        raise ValueError(
            f"`shared` is {shared}; a number from 0 to 1 is allowed. 1 if all runs see the same sequences."
        )
    n, centre = sample.size, float(sample.mean())
    if n == 1:
        half = float(scipy.stats.norm.ppf((1 + level) / 2) * errors[0])
        return RunInterval(centre, centre - half, centre + half, n)
    quantile = float(scipy.stats.t.ppf((1 + level) / 2, n - 1))
    if n < LEAST_FOR_BOOTSTRAP:
        # The spread of the values already holds the noise that is not shared, and is not taken for less than that.
        own_noise = (1 - shared) * float(np.mean(errors**2))
        spread = max(float(sample.var(ddof=1)), own_noise)
        half = quantile * float(np.sqrt(spread / n + shared * errors.mean() ** 2))
        return RunInterval(centre, centre - half, centre + half, n)
    rng = np.random.default_rng(seed)
    check_resamples(resamples)
    common, own = rng.standard_normal((resamples, 1)), rng.standard_normal((resamples, n))
    runs = rng.integers(0, n, (resamples, n))
    # A run that is drawn twice is evaluated twice.
    noise = errors[runs] * (np.sqrt(shared) * common + np.sqrt(1 - shared) * own)
    means = (sample[runs] + noise).mean(axis=1)
    tail = scipy.stats.norm.cdf(-np.sqrt(n / (n - 1)) * quantile)
    low, high = np.quantile(means, [tail, 1 - tail])
    return RunInterval(centre, float(low), float(high), n)
