"""Predict a run's fate from what was recorded up to a step, without letting a parent's forks leak.

Features of shape (run, feature) go through a cross-validated, penalised logistic regression; folds keep
groups (parents) whole. The AUC of the held-out scores comes with its interval and a permutation test of no
information. Compare feature sets with `auc_difference_p_value`.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ._auc import _placements, as_outcomes, auc
from ._checks import check_same_length
from ._intervals import Interval
from ._logistic import fit_logits


class Prediction(NamedTuple):
    """How well outcomes are predicted.

    Attributes:
        auc: Of the held-out scores, with its interval.
        p_value: Of features that tell nothing, by permutation; NaN where no permutations were asked for.
        scores: Held-out log-odds, comparable within a fold and centred there, shape (n,).
        runs: Number of runs.
        groups: Number of groups.
    """

    auc: Interval
    p_value: float
    scores: np.ndarray
    runs: int
    groups: int


def _folds(member: np.ndarray, labels: np.ndarray, folds: int, rng: np.random.Generator) -> np.ndarray:
    """Assign groups to folds, spreading groups with many positives evenly; return each run's fold."""
    count = member.max() + 1
    share = np.bincount(member, labels) / np.bincount(member)
    order = np.lexsort([rng.random(count), share])
    fold = np.empty(count, dtype=int)
    fold[order] = np.arange(count) % folds
    return fold[member]


def _held_out(table: np.ndarray, labels: np.ndarray, fold: np.ndarray, l2: float) -> np.ndarray:
    """Log-odds of each run from the runs in other folds; scaled there, so nothing of the run itself gets in."""
    scores = np.zeros(labels.size)
    for number in np.unique(fold):
        test = fold == number
        train = table[~test]
        centre, scale = train.mean(axis=0), train.std(axis=0)
        scaled = (table - centre) / np.where(scale > 0, scale, 1.0)
        design = np.concatenate([np.ones((labels.size, 1)), scaled], axis=1)
        penalty = np.concatenate([[0.0], np.full(table.shape[1], l2)])
        truth = labels[~test].astype(np.float64)
        if truth.min() == truth.max():
            continue
        weights = fit_logits(design[~test], truth, np.ones(truth.size), penalty)
        # Without the intercept: leaving a positive out lowers it, which alone would order the folds backwards.
        scores[test] = design[test, 1:] @ weights[1:]
    return scores


def _shuffle(labels: np.ndarray, member: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Exchange outcomes between whole groups of equal size, which keeps what forks of one parent share.

    Raises:
        ValueError: If no two groups are of one size, so that nothing can be exchanged.
    """
    if np.unique(np.bincount(member), return_counts=True)[1].max() < 2:
        raise ValueError(
            "`groups` are all of different sizes, so that no outcomes can be exchanged. Balance them, or set "
            "`permutations` to 0."
        )
    shuffled = labels.copy()
    sizes = np.bincount(member)
    for size in np.unique(sizes):
        rows = np.array([np.flatnonzero(member == group) for group in np.flatnonzero(sizes == size)])
        shuffled[rows] = labels[rows[rng.permutation(len(rows))]]
    return shuffled


def predict_fate(
    features: ArrayLike,
    labels: ArrayLike,
    *,
    groups: ArrayLike | None = None,
    l2: float = 1.0,
    folds: int = 5,
    permutations: int = 0,
    level: float = 0.95,
    seed: int = 0,
) -> Prediction:
    """Predict outcomes from features by grouped cross-validation.

    Args:
        features: What was recorded up to a step, finite, shape (n, k).
        labels: Whether each run converged, shape (n,).
        groups: Parent (initialisation, fork point) of each run, shape (n,); each run its own where None.
        l2: Penalty on the weights of the standardised features.
        folds: Number of folds, at most the number of groups.
        permutations: Number of refits with outcomes exchanged between groups of equal size; 0 for no test.
        level: Confidence of the AUC.
        seed: Seed of folds and permutations.

    Returns:
        The AUC of held-out scores, p-value and scores.

    Raises:
        ValueError: If shapes differ, features are not finite, one outcome is missing, or there are too few
            groups.
    """
    truth, table = as_outcomes(labels), np.asarray(features, dtype=np.float64)
    check_same_length("labels", truth, "features", table)
    if table.ndim != 2 or not np.isfinite(table).all():
        raise ValueError(
            f"`features` has shape {table.shape}; finite numbers of shape (run, feature) are allowed. "
            "Leave out features that were not recorded for every run."
        )
    if l2 < 0:
        raise ValueError(f"`l2` is {l2}; at least 0 is allowed. 1 suits standardised features.")
    member = (
        np.arange(truth.size) if groups is None else np.unique(np.asarray(groups), return_inverse=True)[1]
    )
    check_same_length("labels", truth, "groups", member)
    count = int(member.max()) + 1
    if not 2 <= folds <= count:
        raise ValueError(f"`folds` is {folds}; from 2 to the number of groups, {count}, is allowed.")

    def score(outcomes: np.ndarray) -> np.ndarray:
        return _held_out(table, outcomes, _folds(member, outcomes, folds, np.random.default_rng(seed)), l2)

    scores = score(truth)
    area = auc(truth, scores, groups=None if groups is None else member, level=level)
    rng = np.random.default_rng(seed + 1)
    reached = 0
    for _ in range(permutations):
        mixed = _shuffle(truth, member, rng)
        reached += _placements(score(mixed), mixed)[0].mean() >= area.value
    p_value = (1 + reached) / (1 + permutations) if permutations else float("nan")
    return Prediction(area, float(p_value), scores, truth.size, count)
