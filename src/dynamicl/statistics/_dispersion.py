"""Is P more variable between neighbouring steps than coin tossing explains? Tests with exact simulated p-values."""

from typing import NamedTuple

import numpy as np
import scipy
from numpy.typing import ArrayLike

from ._checks import as_counts, check_choice


class Dispersion(NamedTuple):
    """A test of one common probability.

    Attributes:
        statistic: Its value.
        p_value: One-sided, simulated: the counts dealt out again with the total kept.
        asymptotic: The textbook p-value of the same statistic.
        deviation: Estimated standard deviation of P between steps beyond binomial (0 where there is no
            excess).
        correlation: Intra-step correlation of outcomes, deviation^2 / (P (1 - P)).
    """

    statistic: float
    p_value: float
    asymptotic: float
    deviation: float
    correlation: float


def _chi_square(k: np.ndarray, n: np.ndarray) -> np.ndarray:
    p = k.sum(axis=-1, keepdims=True) / n.sum()
    return np.sum((k - n * p) ** 2 / (n * p * (1 - p)), axis=-1)


def _tarone(k: np.ndarray, n: np.ndarray) -> np.ndarray:
    p = k.sum(axis=-1, keepdims=True) / n.sum()
    spread = np.sum((k - n * p) ** 2 / (p * (1 - p)), axis=-1)
    return (spread - n.sum()) / np.sqrt(2 * np.sum(n * (n - 1)))


_CORRELATIONS = np.concatenate([[1e-4], np.geomspace(1e-3, 0.9, 40)])


def _beta_binomial(k: np.ndarray, n: np.ndarray) -> np.ndarray:
    """Twice the log-likelihood ratio of beta-binomial over binomial, at the pooled P, on a grid of correlations."""
    p = k.sum(axis=-1, keepdims=True) / n.sum()
    null = np.sum(scipy.special.xlogy(k, p) + scipy.special.xlogy(n - k, 1 - p), axis=-1)
    best = null
    for rho in _CORRELATIONS:
        a, b = p * (1 - rho) / rho, (1 - p) * (1 - rho) / rho
        best = np.maximum(
            best, np.sum(scipy.special.betaln(k + a, n - k + b) - scipy.special.betaln(a, b), axis=-1)
        )
    return 2 * (best - null)


_TESTS = {"chi2": _chi_square, "tarone": _tarone, "beta_binomial": _beta_binomial}


def dispersion_test(
    forks: ArrayLike, converged: ArrayLike, *, test: str = "tarone", simulations: int = 4999, seed: int = 0
) -> Dispersion:
    """Test whether the probability of convergence differs between steps.

    Under one common P, given how many forks converged in all, the counts follow a multivariate hypergeometric
    distribution whatever P is, so the simulated p-value is exact. Forks that share data seeds across steps
    are not independent; give every fork its own seed before reading the result as a variance of P.

    Args:
        forks: Forks at each step, shape (k,), k >= 2.
        converged: How many of them converged, shape (k,).
        test: "tarone" (best against beta-binomial alternatives), "chi2", or "beta_binomial" (likelihood
            ratio).
        simulations: Number of simulated tables.
        seed: Their seed.

    Returns:
        The statistic, p-values, and the size of the excess.

    Raises:
        ValueError: If there are fewer than two steps, or all forks ended the same way.

    References:
        Tarone, Testing the goodness of fit of the binomial distribution, Biometrika 66 (1979).
        Zhao, In-context key-value lookup (2023), figure 13.
    """
    check_choice("test", test, tuple(_TESTS))
    k, n = as_counts("converged", converged, "forks", forks)
    if n.size < 2 or n.max() < 2:
        raise ValueError(
            f"`forks` is {n.tolist()}; two steps and two forks at one are needed at least. Fork more."
        )
    if k.sum() in (0, n.sum()):
        raise ValueError(
            f"`converged` is {k.sum()} of {n.sum()}: all ended alike, nothing can vary. Fork elsewhere."
        )
    statistic = float(_TESTS[test](k[None], n)[0])
    rng = np.random.default_rng(seed)
    tables = rng.multivariate_hypergeometric(n, int(k.sum()), size=simulations, method="marginals")
    reached = np.sum(_TESTS[test](tables, n) >= statistic - 1e-9)
    tail = {
        "chi2": lambda: scipy.stats.chi2.sf(statistic, n.size - 1),
        "tarone": lambda: scipy.stats.norm.sf(statistic),
        "beta_binomial": lambda: 0.5 * scipy.stats.chi2.sf(statistic, 1) if statistic > 0 else 1.0,
    }[test]()
    # Moment estimator: E[chi-square] = k - 1 + correlation * (N - sum n^2 / N - (k - 1)), to first order.
    weight = n.sum() - np.sum(n**2) / n.sum() - (n.size - 1)
    correlation = float(max((_chi_square(k[None], n)[0] - (n.size - 1)) / weight, 0.0))
    p = k.sum() / n.sum()
    deviation = float(np.sqrt(correlation * p * (1 - p)))
    return Dispersion(
        statistic, float((1 + reached) / (1 + simulations)), float(tail), deviation, correlation
    )
