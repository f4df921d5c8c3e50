"""Do forks that converge more often also converge sooner? P(t) against the median convergence step."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ._checks import as_flags
from ._correlation import correlation_interval, correlation_p_value
from ._intervals import Interval


class FateTimes(NamedTuple):
    """P(t) beside the median S.

    Attributes:
        steps: Steps of the forks with at least one that converged, shape (k,).
        probability: P there, shape (k,).
        median_step: Median S of the forks that converged, shape (k,).
        correlation: Between the two, with its interval over steps.
        p_value: Of no correlation, by permutation.
    """

    steps: np.ndarray
    probability: np.ndarray
    median_step: np.ndarray
    correlation: Interval
    p_value: float


def fate_times(
    outcomes: Mapping[int, tuple[ArrayLike, ArrayLike]],
    *,
    kind: str = "spearman",
    level: float = 0.95,
    seed: int = 0,
) -> FateTimes:
    """Correlate P(t) with the median convergence step, over the steps t of the forks.

    As in the report the median is over the forks that converged; `median_survival` of all forks would tie
    the two together, since it rises where fewer of them converge. Steps at which no fork converged have no
    median and are left out.

    Args:
        outcomes: For each step t, the forks' times S (or where they ended) and whether they converged.
        kind: "spearman" or "pearson".
        level: Confidence.
        seed: Seed of the permutations.

    Returns:
        Both quantities, their correlation and its p-value.

    Raises:
        ValueError: If fewer than four steps have forks that converged, or P or S does not vary.

    References:
        Zhao, In-context key-value lookup (2023), figure 12.
    """
    steps, share, median = [], [], []
    for step in sorted(outcomes):
        times, observed = np.asarray(outcomes[step][0]), as_flags("outcomes", outcomes[step][1])
        if times.shape != observed.shape:
            raise ValueError(
                f"`outcomes[{step}]` has {times.size} times and {observed.size} outcomes; they must agree. "
                "Pass one of each per fork."
            )
        if observed.any():
            steps.append(step)
            share.append(float(np.mean(observed)))
            median.append(float(np.median(times[observed])))
    if len(steps) < 4:
        raise ValueError(
            f"`outcomes` has {len(steps)} steps with forks that converged; 4 are needed. Fork at more."
        )
    p, s = np.array(share), np.array(median)
    return FateTimes(
        np.array(steps),
        p,
        s,
        correlation_interval(p, s, kind=kind, level=level),
        correlation_p_value(p, s, kind=kind, seed=seed),
    )
