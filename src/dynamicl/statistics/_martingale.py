"""Does the probability of a fate move on average along training, over data seeds? It must not.

Whatever a network's chance of converging is now, its mean over the data still to come is the same: P(M, t) is a
martingale as long as no run was selected by how it ended. A drift is a sign of selection or of a wrong count of forks.
Microseconds.
"""

from typing import NamedTuple

import numpy as np
import scipy
from numpy.typing import ArrayLike

from ._checks import as_counts, as_vector, check_between, check_increasing
from ._over_runs import over_runs

LEAST_EVENTS = 5
"""Expected number of runs with the rarer fate below which Student's test cannot be trusted."""

DRIFT_P = 0.05
"""A drift has a smaller two-sided p-value."""


class Drift(NamedTuple):
    """The mean change of P over data seeds.

    Attributes:
        value: Mean over runs of the change that the least-squares line over steps gives from the first to the last.
        low: Lower end of its interval over runs.
        high: Upper end.
        p: Two-sided, of no drift (Student's, over runs).
        holds: Whether P is a martingale as far as can be seen: p is not small. None where there are too few runs.
        undecided: Why it cannot be told, or empty.
        n: Number of runs.
    """

    value: float
    low: float
    high: float
    p: float
    holds: bool | None
    undecided: str
    n: int


def martingale_test(
    steps: ArrayLike, forks: ArrayLike, converged: ArrayLike, *, level: float = 0.95
) -> Drift:
    """Test whether the mean of P(M, t) over unselected data seeds stays where it is.

    Each run gives one coefficient, the slope of its P over the order of the steps, times their number; runs are
    independent, steps within a run are not, so the test is over runs alone. Every run must have been kept, however it
    ended.

    Args:
        steps: Steps of the forks, strictly increasing, shape (k,), k >= 2.
        forks: Forks of each run at each step, shape (run, k).
        converged: How many of them converged, shape (run, k).
        level: Confidence.

    Returns:
        The drift.

    Raises:
        ValueError: If shapes or counts are not as stated.

    References:
        Zhao, In-context key-value lookup (2023), figures 9 to 11: P(M, t) along runs chosen by how they ended, where it
        has to rise.
    """
    places = as_vector("steps", steps, least=2)
    check_increasing("steps", places)
    check_between("level", level, 0, 1)
    shape = np.shape(forks)
    if len(shape) != 2 or shape[1] != places.size or np.shape(converged) != shape or shape[0] < 2:
        raise ValueError(
            f"`forks` has shape {shape} and `converged` {np.shape(converged)} for {places.size} steps; (run, step) "
            "with at least 2 runs is allowed. Pass every run at every step."
        )
    k, n = as_counts("converged", np.ravel(converged), "forks", np.ravel(forks))
    share = (k / n).reshape(shape)
    order = np.arange(places.size) - (places.size - 1) / 2
    change = share @ order / (order @ order) * (places.size - 1)
    value, low, high, runs = over_runs(change, level=level)
    p = _students_p(change)
    rarer = runs * min(share.mean(), 1 - share.mean())
    undecided = "" if rarer >= LEAST_EVENTS else f"{runs} runs are too few for so rare a fate"
    return Drift(value, low, high, p, None if undecided else p >= DRIFT_P, undecided, runs)


def _students_p(change: np.ndarray) -> float:
    """Two-sided p-value of a mean of 0."""
    error = change.std(ddof=1) / np.sqrt(change.size)
    if error == 0:
        return 1.0 if change.mean() == 0 else 0.0
    return float(2 * scipy.stats.t.sf(abs(change.mean()) / error, change.size - 1))
