"""Does P(t) rise? A trend test on counts of forks, exact by simulation."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ._fates import as_forks


class Trend(NamedTuple):
    """A test of one common probability against one that rises.

    Attributes:
        statistic: Sum over steps of their rank (0, 1, ...) times the forks that converged.
        expected: Its mean if P is the same at every step.
        p_value: One-sided, simulated: the counts dealt out again with the total kept.
    """

    statistic: float
    expected: float
    p_value: float


def trend_test(
    steps: ArrayLike, forks: ArrayLike, converged: ArrayLike, *, simulations: int = 9999, seed: int = 0
) -> Trend:
    """Test whether forks converge more often the later they are made.

    Cochran and Armitage's statistic with the order of the steps as score, so that no axis (linear, logarithmic) has
    to be chosen. It counts forks, not steps: where most P are 1, a rank correlation over a handful of steps sees
    little but ties.

    Args:
        steps: Steps of the forks, strictly increasing, shape (k,), k >= 2.
        forks: Forks at each, shape (k,).
        converged: How many of them converged, shape (k,).
        simulations: Number of simulated tables.
        seed: Their seed.

    Returns:
        The statistic and its p-value.

    Raises:
        ValueError: If there are fewer than two steps, or all forks ended the same way.

    References:
        Armitage, Tests for linear trends in proportions and frequencies, Biometrics 11 (1955).
    """
    places, n, k = as_forks(steps, forks, converged)
    if places.size < 2:
        raise ValueError(f"`steps` has {places.size} entry; at least 2 are needed. Fork at more steps.")
    if k.sum() in (0, n.sum()):
        raise ValueError(
            f"`converged` is {k.sum()} of {n.sum()}: all ended alike, nothing can rise. Fork elsewhere."
        )
    score = np.arange(places.size)
    tables = np.random.default_rng(seed).multivariate_hypergeometric(
        n, int(k.sum()), size=simulations, method="marginals"
    )
    statistic = float(score @ k)
    reached = int(np.sum(tables @ score >= statistic))
    expected = float(score @ n * k.sum() / n.sum())
    return Trend(statistic, expected, (1 + reached) / (1 + simulations))
