"""Correlations with intervals, and the test of no correlation by permutation."""

import numpy as np
import scipy
from numpy.typing import ArrayLike

from ._checks import as_vector, check_between, check_choice, check_same_length
from ._intervals import Interval, bootstrap_interval


def _correlate(pairs: np.ndarray) -> float:
    """Pearson's r of the columns; NaN where a column does not vary."""
    centred = pairs - pairs.mean(axis=0)
    scale = np.sqrt((centred**2).sum(axis=0)).prod()
    return float((centred[:, 0] * centred[:, 1]).sum() / scale) if scale > 0 else float("nan")


def _rank_correlate(pairs: np.ndarray) -> float:
    """Spearman's rho of the columns."""
    return _correlate(scipy.stats.rankdata(pairs, axis=0))


def _pairs(x: ArrayLike, y: ArrayLike, least: int) -> np.ndarray:
    first, second = as_vector("x", x, least=least), as_vector("y", y, least=least)
    check_same_length("x", first, "y", second)
    for name, column in (("x", first), ("y", second)):
        if np.ptp(column) == 0:
            raise ValueError(f"`{name}` is {column[0]:g} throughout; a correlation needs values that differ.")
    return np.stack([first, second], axis=1)


def correlation_interval(
    x: ArrayLike,
    y: ArrayLike,
    *,
    kind: str = "pearson",
    method: str = "fisher",
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> Interval:
    """Estimate a correlation with an interval.

    Args:
        x: Values, shape (n,), n >= 4.
        y: Values that go with them, shape (n,).
        kind: "pearson" or "spearman".
        method: "fisher" (arctanh; for Spearman with Bonett and Wright's variance) or "bootstrap" (BCa over
            pairs).
        level: Confidence.
        resamples: Number of resamples, for "bootstrap".
        seed: Seed of the resampling.

    Returns:
        The correlation and its interval.

    Raises:
        ValueError: If there are fewer than four pairs, lengths differ, or one variable does not vary.

    References:
        Bonett and Wright, Sample size requirements for estimating correlations, Psychometrika 65 (2000).
    """
    check_choice("kind", kind, ("pearson", "spearman"))
    check_choice("method", method, ("fisher", "bootstrap"))
    check_between("level", level, 0, 1)
    pairs = _pairs(x, y, 4)
    correlate = _correlate if kind == "pearson" else _rank_correlate
    if method == "bootstrap":
        return bootstrap_interval(pairs, correlate, method="bca", level=level, resamples=resamples, seed=seed)
    value = correlate(pairs)
    variance = (1 if kind == "pearson" else 1 + value**2 / 2) / (len(pairs) - 3)
    half = scipy.stats.norm.ppf((1 + level) / 2) * np.sqrt(variance)
    # A perfect correlation has no finite arctanh. Of numbers the interval stays a point there; ranks are perfect by
    # chance in few pairs, and are taken half a step from it, where one exchange of neighbours is a step.
    step = 6 / (len(pairs) ** 3 - len(pairs)) if kind == "spearman" else 1e-15
    centre = np.arctanh(np.clip(value, -1 + step, 1 - step))
    low, high = float(np.tanh(centre - half)), float(np.tanh(centre + half))
    return Interval(value, min(low, value), max(high, value))


def correlation_p_value(
    x: ArrayLike, y: ArrayLike, *, kind: str = "pearson", permutations: int = 4999, seed: int = 0
) -> float:
    """Test for no correlation by permuting `y`; two-sided.

    Args:
        x: Values, shape (n,), n >= 4.
        y: Values that go with them, shape (n,).
        kind: "pearson" or "spearman".
        permutations: Number of random permutations.
        seed: Their seed.

    Returns:
        The share of permutations, the observed order included, with a correlation at least as large in size.

    Raises:
        ValueError: As `correlation_interval`.
    """
    check_choice("kind", kind, ("pearson", "spearman"))
    pairs = _pairs(x, y, 4)
    values = scipy.stats.rankdata(pairs, axis=0) if kind == "spearman" else pairs
    centred = values - values.mean(axis=0)
    shuffled = np.random.default_rng(seed).permuted(np.tile(centred[:, 1], (permutations, 1)), axis=1)
    observed = abs(centred[:, 0] @ centred[:, 1])
    extreme = np.sum(np.abs(shuffled @ centred[:, 0]) >= observed * (1 - 1e-12))
    return float((1 + extreme) / (1 + permutations))
