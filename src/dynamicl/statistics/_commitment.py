"""A logistic P(t): when was the fate decided? Commitment steps with profile-likelihood intervals."""

from typing import NamedTuple

import numpy as np
import scipy
from numpy.typing import ArrayLike

from ._checks import check_between, check_choice
from ._fates import as_forks
from ._intervals import Interval
from ._logistic import fit_logits


class LogisticFate(NamedTuple):
    """logit P(t) = intercept + slope * u, with u = t or log(1 + t).

    Attributes:
        intercept: At u = 0.
        slope: Per unit of u; large but finite where one step separates all outcomes.
        axis: "linear" or "log".
        log_likelihood: At the fit, without the binomial coefficients.
        deviance: Against one free probability per step.
        steps: The steps fitted, shape (k,).
        forks: Their forks, shape (k,).
        converged: Of which converged, shape (k,).
    """

    intercept: float
    slope: float
    axis: str
    log_likelihood: float
    deviance: float
    steps: np.ndarray
    forks: np.ndarray
    converged: np.ndarray

    def probability(self, steps: ArrayLike) -> np.ndarray:
        """Return P at steps, same shape."""
        return scipy.special.expit(
            self.intercept + self.slope * _scale(np.asarray(steps, dtype=np.float64), self.axis)
        )


def _scale(steps: np.ndarray, axis: str) -> np.ndarray:
    return np.log1p(steps) if axis == "log" else steps


def _unscale(u: float, axis: str) -> float:
    return float(np.expm1(u) if axis == "log" else u)


def _log_likelihood(logits: np.ndarray, n: np.ndarray, k: np.ndarray) -> float:
    return float(np.sum(k * scipy.special.log_expit(logits) + (n - k) * scipy.special.log_expit(-logits)))


def _best_slope(
    u: np.ndarray, n: np.ndarray, k: np.ndarray, centre: float, shift: float
) -> tuple[float, float]:
    """Best slope of curves with logit P(centre) = shift, and its log-likelihood (concave in the slope)."""
    steepest = 50 / np.min(np.diff(u))
    found = scipy.optimize.minimize_scalar(
        lambda slope: -_log_likelihood(shift + slope * (u - centre), n, k),
        bounds=(0.0, steepest),
        method="bounded",
        options={"xatol": 1e-9 * steepest},
    )
    return float(found.x), float(-found.fun)


def fit_commitment(
    steps: ArrayLike, forks: ArrayLike, converged: ArrayLike, *, axis: str = "log"
) -> LogisticFate:
    """Fit a rising logistic P(t) by maximum likelihood.

    Args:
        steps: Steps of the forks, strictly increasing, shape (k,), k >= 2, at least 0 where axis is "log".
        forks: Forks at each, shape (k,).
        converged: How many of them converged, shape (k,).
        axis: Logistic in t ("linear") or in log(1 + t) ("log"), which has a place for forks at
            initialisation.

    Returns:
        The fit. `commitment_step` reads steps and intervals from it.

    Raises:
        ValueError: If there are fewer than two steps, all forks ended the same way, or P does not rise.
    """
    check_choice("axis", axis, ("log", "linear"))
    places, n, k = as_forks(steps, forks, converged)
    if places.size < 2:
        raise ValueError(f"`steps` has {places.size} entry; at least 2 are needed. Fork at more steps.")
    if axis == "log" and places[0] < 0:
        raise ValueError(
            f"`steps` begins at {places[0]:g}; at least 0 is allowed for axis 'log'. Use axis 'linear'."
        )
    if k.sum() in (0, n.sum()):
        raise ValueError(
            f"`converged` is {k.sum()} of {n.sum()}: all ended alike, no step divides them. Fork elsewhere."
        )
    u = _scale(places, axis)
    if np.sum(k * u) / k.sum() <= np.sum((n - k) * u) / (n - k).sum():
        raise ValueError(
            "`converged` does not rise with `steps`; a rising share is needed. Use `fate_probabilities`."
        )
    unit = u.max() - u.min()
    design = np.stack([np.ones(u.size), (u - u.mean()) / unit], axis=1)
    # The faint penalty changes nothing but keeps the slope finite where one step separates all outcomes.
    weights = fit_logits(design, k, n, np.array([0.0, 1e-6]))
    slope = float(weights[1] / unit)
    intercept = float(weights[0] - slope * u.mean())
    fitted = _log_likelihood(intercept + slope * u, n, k)
    full = float(np.sum(scipy.special.xlogy(k, k / n) + scipy.special.xlogy(n - k, 1 - k / n)))
    return LogisticFate(intercept, slope, axis, fitted, 2 * (full - fitted), places, n, k)


def commitment_step(fit: LogisticFate, probability: float = 0.5, *, level: float = 0.95) -> Interval:
    """Return the step at which P(t) reaches a probability, with its profile-likelihood interval.

    Args:
        fit: From `fit_commitment`.
        probability: 0.5 or 0.95, say.
        level: Confidence.

    Returns:
        The step; on a logarithmic axis 0 where the curve had passed the probability before it began. An end is
        infinite (or, below, the axis' start) where the counts do not bound it.

    Raises:
        ValueError: If the probability is not inside (0, 1).
    """
    check_between("probability", probability, 0, 1)
    check_between("level", level, 0, 1)
    u = _scale(fit.steps, fit.axis)
    shift = float(scipy.special.logit(probability))
    centre = (shift - fit.intercept) / fit.slope
    drop = scipy.stats.chi2.ppf(level, 1) / 2

    def excess(place: float) -> float:
        return fit.log_likelihood - _best_slope(u, fit.forks, fit.converged, place, shift)[1] - drop

    span = u.max() - u.min()
    ends = []
    for sign in (-1.0, 1.0):
        reach = 0.01 * span
        while reach < 1e3 * span and excess(centre + sign * reach) < 0:
            reach *= 1.5
        far = centre + sign * reach
        ends.append(
            scipy.optimize.brentq(excess, centre, far, xtol=1e-9 * span)
            if reach < 1e3 * span
            else sign * np.inf
        )
    with np.errstate(over="ignore"):
        found = [_unscale(place, fit.axis) for place in (centre, *ends)]
    if fit.axis == "log":
        found = [max(step, 0.0) for step in found]
    return Interval(*found)
