"""What the statistics of curves take: times, values and the error of each value that comes from a finite evaluation.

The engine records the error beside the value (`accuracy_error`, `loss_error`); where only counts are known, `counted`
makes one. An evaluator keeps its sequences, so its errors at neighbouring evaluations may agree; `shared` says by how
much. It is 0 where every evaluation draws anew or the network changes its answers entirely in between, and 1 where an
evaluation set that is easy once is easy for ever.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ._checks import as_counts, as_vector, check_increasing, check_resamples, check_same_length

RESAMPLES = 400


class Counted(NamedTuple):
    """Shares of right answers and their standard errors, each of shape (n,)."""

    value: np.ndarray
    standard_error: np.ndarray


class EvaluatedCurve(NamedTuple):
    """Times in sequences, values and standard errors, each of shape (n,), all finite."""

    sequences: np.ndarray
    value: np.ndarray
    error: np.ndarray


def counted(successes: ArrayLike, trials: ArrayLike) -> Counted:
    """Turn counts into shares with standard errors that are never 0.

    The error is that of the share (k + 1/2) / (n + 1), so that an evaluation without a single success does not claim
    to be exact.

    Args:
        successes: Right answers at each evaluation, shape (n,).
        trials: Evaluated sequences, shape (n,).

    Returns:
        k / n and its standard error.

    Raises:
        ValueError: If the counts are no counts.

    Example:
        >>> counted([50], [100]).standard_error
        array([0.05])
    """
    k, n = as_counts("successes", successes, "trials", trials)
    inner = (k + 0.5) / (n + 1)
    return Counted(k / n, np.sqrt(inner * (1 - inner) / n))


def read_curve(
    sequences: ArrayLike, curve: ArrayLike, standard_error: ArrayLike | float, *, least: int = 5
) -> EvaluatedCurve:
    """Check a curve, spread a single error over its points, and leave out points that are NaN (a frozen run).

    Args:
        sequences: Times, strictly increasing, at least 0, shape (n,).
        curve: Values there, shape (n,).
        standard_error: Errors of the values, one number or shape (n,), at least 0.
        least: Smallest number of finite points.

    Returns:
        The finite points.

    Raises:
        ValueError: If shapes, order or numbers are not as stated.
    """
    times, values = as_vector("sequences", sequences), np.asarray(curve, dtype=np.float64)
    check_same_length("sequences", times, "curve", values)
    check_increasing("sequences", times)
    if times[0] < 0:
        raise ValueError(
            f"`sequences` begins at {times[0]:g}; at least 0 is allowed. Count from the start of training."
        )
    errors = np.asarray(standard_error, dtype=np.float64)
    if errors.shape not in ((), values.shape):
        raise ValueError(
            f"`standard_error` has shape {errors.shape} for {values.size} points; one number or one per point is "
            "allowed. Pass what the evaluator recorded beside the curve."
        )
    finite = np.isfinite(values)
    times, values, errors = times[finite], values[finite], np.broadcast_to(errors, finite.shape)[finite]
    if values.size < least:
        raise ValueError(
            f"`curve` has {values.size} finite values; at least {least} are needed. Evaluate more often."
        )
    if not (np.isfinite(errors).all() and (errors >= 0).all()):
        raise ValueError(
            "`standard_error` must be finite and at least 0. Use `counted` where only counts are known."
        )
    return EvaluatedCurve(times, values, errors)


def draw_errors(
    error: np.ndarray, *, shared: float | int, resamples: int, seed: int | np.random.Generator
) -> np.ndarray:
    """Draw evaluation errors as they might have been, normal, shape (resamples, n).

    Args:
        error: Standard errors, shape (n,).
        shared: Correlation of the errors of two evaluations, from 0 to 1.
        resamples: Number of draws.
        seed: Their seed, or a generator to go on with.

    Returns:
        The errors.

    Raises:
        ValueError: If `shared` is not from 0 to 1.
    """
    if not 0 <= shared <= 1:
        raise ValueError(
            f"`shared` is {shared}; a number from 0 to 1 is allowed. 0 where evaluations draw new sequences."
        )
    check_resamples(resamples)
    rng = np.random.default_rng(seed)
    common = rng.standard_normal((resamples, 1))
    own = rng.standard_normal((resamples, error.size))
    return error * (np.sqrt(shared) * common + np.sqrt(1 - shared) * own)
