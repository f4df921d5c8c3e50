"""Where to fork next: more forks where P(t) is uncertain and near one half, new steps by bisection."""

from collections.abc import Mapping, Sequence

import numpy as np
import scipy

from ._checks import as_counts, check_between


def _crossed_gaps(
    steps: np.ndarray, fitted: np.ndarray, levels: Sequence[float], resolution: int
) -> list[int]:
    """Midpoints of gaps, wider than the resolution, in which the rising fit passes a level; in the levels' order."""
    found = []
    for level in levels:
        above = np.flatnonzero(fitted >= level)
        if above.size and above[0] > 0:
            low, high = int(steps[above[0] - 1]), int(steps[above[0]])
            if high - low > max(resolution, 1):
                found.append((low + high) // 2)
    return list(dict.fromkeys(found))


def _scores(k: np.ndarray, n: np.ndarray) -> np.ndarray:
    """Width of the Jeffreys interval, doubled where P is one half."""
    width = scipy.stats.beta.ppf(0.975, k + 0.5, n - k + 0.5) - scipy.stats.beta.ppf(
        0.025, k + 0.5, n - k + 0.5
    )
    p = (k + 0.5) / (n + 1)
    return width * (1 + 4 * p * (1 - p))


def next_forks(
    observations: Mapping[int, tuple[int, int]],
    budget: int,
    *,
    levels: Sequence[float] = (0.5, 0.95),
    first: int = 6,
    resolution: int = 1,
) -> dict[int, int]:
    """Divide a budget of forks over steps, old and new.

    Up to half of it opens new steps, `first` forks each, in the middle of the gap in which the rising fit
    passes each of `levels`. The rest goes fork by fork to where the interval, as it would then be, is widest,
    weighted towards P = 1/2. No chance is involved: the same observations give the same plan.

    Args:
        observations: Forks and how many of them converged, by step: {step: (forks, converged)}.
        budget: Number of forks to place.
        levels: Probabilities whose crossing should be located, most important first.
        first: Number of forks for a new step.
        resolution: Gaps of this many updates are not divided further.

    Returns:
        {step: forks}, steps increasing, forks adding up to `budget`.

    Raises:
        ValueError: If there are no observations, the budget is below 1, or counts are no counts.
    """
    if not observations:
        raise ValueError(
            "`observations` is empty; forks at one step are needed at least. Begin with a coarse grid."
        )
    if budget < 1:
        raise ValueError(f"`budget` is {budget}; at least 1 fork is allowed. Leave the plan out to stop.")
    for level in levels:
        check_between("levels", level, 0, 1)
    steps = np.array(sorted(observations), dtype=np.int64)
    k, n = as_counts(
        "converged", [observations[t][1] for t in steps], "forks", [observations[t][0] for t in steps]
    )
    fitted = scipy.optimize.isotonic_regression(k / n, weights=n).x
    plan: dict[int, int] = {}
    for step in _crossed_gaps(steps, fitted, levels, resolution):
        if sum(plan.values()) + first <= budget / 2:
            plan[step] = first
    expected, planned = k.astype(np.float64), n.astype(np.float64)
    for _ in range(budget - sum(plan.values())):
        best = int(np.argmax(_scores(expected, planned)))
        expected[best] += expected[best] / planned[best]
        planned[best] += 1
        plan[int(steps[best])] = plan.get(int(steps[best]), 0) + 1
    return dict(sorted(plan.items()))
