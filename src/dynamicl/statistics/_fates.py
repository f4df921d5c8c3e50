"""Fates: P(t), the probability that a run forked at step t converges, with intervals.

Counts of forks per step go in; Jeffreys intervals, a rising curve with a band, and the steps at which the run
was committed with 50 % and 95 % come out. `fit_commitment` gives the same steps from a logistic curve.
"""

from typing import NamedTuple

import numpy as np
import scipy
from numpy.typing import ArrayLike

from ._checks import as_counts, as_vector, check_between, check_increasing, check_same_length
from ._intervals import Interval, jeffreys


class FateCurve(NamedTuple):
    """P(t) with an interval at each t.

    Attributes:
        steps: Steps of the forks, increasing, shape (k,).
        probability: P at each step, shape (k,).
        low: Lower end, shape (k,).
        high: Upper end, shape (k,).
        draws: Curves that the data leave open, shape (draws, k); no rows for `fate_probabilities`.
    """

    steps: np.ndarray
    probability: np.ndarray
    low: np.ndarray
    high: np.ndarray
    draws: np.ndarray


def as_forks(
    steps: ArrayLike, forks: ArrayLike, converged: ArrayLike
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Check counts of forks per step; return steps (float), forks and converged (int)."""
    places = as_vector("steps", steps)
    check_increasing("steps", places)
    k, n = as_counts("converged", converged, "forks", forks)
    check_same_length("steps", places, "forks", n)
    return places, n, k


def fate_probabilities(
    steps: ArrayLike, forks: ArrayLike, converged: ArrayLike, *, level: float = 0.95
) -> FateCurve:
    """Estimate P at each step on its own, with Jeffreys intervals.

    Args:
        steps: Steps of the forks, strictly increasing, shape (k,).
        forks: Forks at each, shape (k,).
        converged: How many of them converged, shape (k,).
        level: Probability content.

    Returns:
        The estimates.

    Raises:
        ValueError: If steps do not increase or counts are no counts.

    References:
        Zhao, In-context key-value lookup (2023), eq. 19 and figures 10, 11.
    """
    places, n, k = as_forks(steps, forks, converged)
    found = np.array([jeffreys(int(a), int(b), level=level) for a, b in zip(k, n, strict=True)])
    return FateCurve(places, found[:, 0], found[:, 1], found[:, 2], np.empty((0, places.size)))


def isotonic_fate(
    steps: ArrayLike,
    forks: ArrayLike,
    converged: ArrayLike,
    *,
    level: float = 0.95,
    draws: int = 2000,
    seed: int = 0,
) -> FateCurve:
    """Fit a P(t) that never falls, with a pointwise band.

    The fit is the isotonic maximum-likelihood estimate. The band projects draws from the Jeffreys posteriors
    of the steps onto rising curves; unlike resampled counts it stays open where every fork ended the same
    way.

    Args:
        steps: Steps of the forks, strictly increasing, shape (k,).
        forks: Forks at each, shape (k,).
        converged: How many of them converged, shape (k,).
        level: Probability content of the band at each step.
        draws: Number of posterior curves.
        seed: Their seed.

    Returns:
        The curve, its band and the draws.

    Raises:
        ValueError: As `fate_probabilities`.

    References:
        Lin and Dunson, Bayesian monotone regression using Gaussian process projection, Biometrika 101 (2014).
    """
    places, n, k = as_forks(steps, forks, converged)
    check_between("level", level, 0, 1)
    raw = np.random.default_rng(seed).beta(k + 0.5, n - k + 0.5, (draws, places.size))
    curves = np.array([scipy.optimize.isotonic_regression(one, weights=n).x for one in raw])
    value = scipy.optimize.isotonic_regression(k / n, weights=n).x
    low, high = np.quantile(curves, [(1 - level) / 2, (1 + level) / 2], axis=0)
    return FateCurve(places, value, np.minimum(low, value), np.maximum(high, value), curves)


def _first_reach(steps: np.ndarray, curves: np.ndarray, probability: float) -> np.ndarray:
    """First interpolated step at which each curve reaches a probability: the first step if always, inf if never."""
    reached = curves >= probability
    at = np.argmax(reached, axis=1)
    before = np.maximum(at - 1, 0)
    rows = np.arange(len(curves))
    rise = curves[rows, at] - curves[rows, before]
    share = np.where(rise > 0, (probability - curves[rows, before]) / np.where(rise > 0, rise, 1), 1.0)
    found = steps[before] + share * (steps[at] - steps[before])
    return np.where(reached.any(axis=1), found, np.inf)


def isotonic_commitment(curve: FateCurve, probability: float, *, level: float = 0.95) -> Interval:
    """Return the step at which a rising P(t) reaches a probability, with an interval.

    Args:
        curve: From `isotonic_fate`.
        probability: 0.5 or 0.95, say.
        level: Probability content.

    Returns:
        The step, interpolated between forks; the first step where P starts above, infinite where it never got
        there.

    Raises:
        ValueError: If the curve has no draws or the probability is not inside (0, 1).
    """
    check_between("probability", probability, 0, 1)
    check_between("level", level, 0, 1)
    if not len(curve.draws):
        raise ValueError(
            "`curve` has no draws; a curve of `isotonic_fate` is allowed. Fit it with that first."
        )
    value = float(_first_reach(curve.steps, curve.probability[None], probability)[0])
    # Order statistics, as infinite draws cannot be interpolated.
    ordered = np.sort(_first_reach(curve.steps, curve.draws, probability))
    last = len(ordered) - 1
    low, high = ordered[int(last * (1 - level) / 2)], ordered[int(np.ceil(last * (1 + level) / 2))]
    return Interval(value, float(min(low, value)), float(max(high, value)))
