"""The area under the ROC curve: how well a score tells runs that converge from those that do not."""

import numpy as np
import scipy
from numpy.typing import ArrayLike

from ._checks import as_vector, check_between, check_same_length
from ._intervals import Interval


def as_outcomes(labels: ArrayLike) -> np.ndarray:
    """Check outcomes: a vector of 0 and 1 (or booleans) in which both occur; return booleans."""
    values = as_vector("labels", labels, least=2)
    if not np.isin(values, (0, 1)).all():
        bad = values[~np.isin(values, (0, 1))][0]
        raise ValueError(f"`labels` holds {bad:g}; 0 and 1 are allowed. Pass whether each run converged.")
    if values.min() == values.max():
        raise ValueError(
            f"`labels` are all {values[0]:g}; both outcomes must occur. Take a step with P between 0 and 1."
        )
    return values.astype(bool)


def _placements(scores: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Share of the other class that each positive beats, and that each negative loses to; ties count one half."""
    good, bad = scores[labels], scores[~labels]
    beats = (good[:, None] > bad[None]) + 0.5 * (good[:, None] == bad[None])
    return beats.mean(axis=1), beats.mean(axis=0)


def _clustered_variance(good: np.ndarray, bad: np.ndarray, labels: np.ndarray, groups: np.ndarray) -> float:
    """Variance of the AUC from sums of placement deviations within groups."""
    deviation = np.empty(labels.size)
    deviation[labels] = (good - good.mean()) / good.size
    deviation[~labels] = (bad - bad.mean()) / bad.size
    _, member = np.unique(groups, return_inverse=True)
    totals = np.bincount(member, deviation)
    return float(totals @ totals * totals.size / (totals.size - 1))


def _end_without_overlap(good: int, bad: int, level: float) -> float:
    """Lower end of an AUC of 1: where its score interval, with Hanley and McNeil's variance, begins."""
    z = scipy.stats.norm.ppf((1 + level) / 2)
    pairs = (good + bad) / 2 - 1

    def excess(area: float) -> float:
        shape = 1 + pairs * ((1 - area) / (2 - area) + area / (1 + area))
        return float((1 - area) ** 2 - z**2 * area * (1 - area) * shape / (good * bad))

    return float(scipy.optimize.brentq(excess, 0.0, 1 - 1e-12))


def auc(
    labels: ArrayLike, scores: ArrayLike, *, groups: ArrayLike | None = None, level: float = 0.95
) -> Interval:
    """Estimate the AUC with DeLong's interval on the logit scale.

    Args:
        labels: Outcomes, 0 or 1, shape (n,).
        scores: Higher where 1 is expected, shape (n,).
        groups: Forks of one parent are no independent witnesses; with their parents here, shape (n,), the
            variance is summed over parents.
        level: Confidence.

    Returns:
        The AUC and its interval; with no overlap between the classes, where DeLong's variance is 0, Newcombe's score
        interval (with groups counted instead of runs). From 0 to 1 where all of one outcome is in one group.

    Raises:
        ValueError: If only one outcome occurs, lengths differ, or there is only one group.

    References:
        DeLong, DeLong and Clarke-Pearson, Biometrics 44 (1988); Obuchowski, Biometrics 53 (1997) for
        clusters; Newcombe, Confidence intervals for an effect size measure based on the Mann-Whitney statistic, part
        2, Statistics in Medicine 25 (2006), method 5.
    """
    truth, values = as_outcomes(labels), as_vector("scores", scores)
    check_same_length("labels", truth, "scores", values)
    check_between("level", level, 0, 1)
    good, bad = _placements(values, truth)
    area = float(good.mean())
    if groups is None:
        variance = sum(float(part.var(ddof=1)) / part.size if part.size > 1 else 0.25 for part in (good, bad))
    else:
        parents = np.asarray(groups)
        check_same_length("labels", truth, "groups", parents)
        if np.unique(parents).size < 2:
            raise ValueError(
                "`groups` names one group only; at least 2 are needed. Leave it out for one parent."
            )
        if min(np.unique(parents[truth]).size, np.unique(parents[~truth]).size) < 2:
            # One parent's forks stand for an outcome: how other parents' would differ nobody knows.
            return Interval(area, 0.0, 1.0)
        variance = _clustered_variance(good, bad, truth, parents)
    if area in (0.0, 1.0):
        member = np.arange(truth.size) if groups is None else np.asarray(groups)
        end = _end_without_overlap(np.unique(member[truth]).size, np.unique(member[~truth]).size, level)
        return Interval(area, end, 1.0) if area else Interval(area, 0.0, 1 - end)
    half = scipy.stats.norm.ppf((1 + level) / 2) * np.sqrt(variance) / (area * (1 - area))
    low, high = 1 / (1 + np.exp(-(np.log(area / (1 - area)) + np.array([-half, half]))))
    return Interval(area, float(min(low, area)), float(max(high, area)))


def auc_difference_p_value(
    labels: ArrayLike,
    scores: ArrayLike,
    baseline: ArrayLike,
    *,
    groups: ArrayLike | None = None,
    permutations: int = 4999,
    seed: int = 0,
) -> float:
    """Test whether one score tells outcomes apart better or worse than another, by exchanging them run by run.

    Args:
        labels: Outcomes, 0 or 1, shape (n,).
        scores: First score, shape (n,).
        baseline: Second score, shape (n,).
        groups: Parents, shape (n,); scores are then exchanged for whole groups.
        permutations: Number of random exchanges.
        seed: Their seed.

    Returns:
        Two-sided p-value of equal AUC.

    Raises:
        ValueError: As `auc`.

    References:
        Venkatraman and Begg, A distribution-free procedure for comparing ROC curves, Biometrika 83 (1996).
    """
    truth = as_outcomes(labels)
    ranks = []
    for name, given in (("scores", scores), ("baseline", baseline)):
        values = as_vector(name, given)
        check_same_length("labels", truth, name, values)
        ranks.append(scipy.stats.rankdata(values))
    member = (
        np.arange(truth.size) if groups is None else np.unique(np.asarray(groups), return_inverse=True)[1]
    )
    check_same_length("labels", truth, "groups", member)

    def gap(first: np.ndarray, second: np.ndarray) -> float:
        return abs(_placements(first, truth)[0].mean() - _placements(second, truth)[0].mean())

    observed = gap(*ranks)
    flips = np.random.default_rng(seed).random((permutations, member.max() + 1)) < 0.5
    extreme = sum(
        gap(np.where(flip[member], *ranks), np.where(flip[member], *ranks[::-1])) >= observed - 1e-12
        for flip in flips
    )
    return float((1 + extreme) / (1 + permutations))
