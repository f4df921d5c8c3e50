"""Figure 4: a rule that fits one model's attention fits that of a model from another seed."""

import numpy as np
import xarray as xr

from dynamicl.circuits import Rule, learn_rule, score_rule
from dynamicl.statistics import mean_interval
from dynamicl.studies._experiment import Experiment, Lab, Outcome
from dynamicl.tasks import Sequence

from ._judge import attempt, judge, words
from ._populations import from_scratch_cost, one_head, too_few_exact
from ._rules import HIGH, exact_patterns, report_scores, too_short

CLAIM = "lookup.r2.same_rule"
SAME = 0.05
"""Two seeds score the same where they differ by less."""


def same_rule(lab: Lab) -> Outcome:
    """Score the report's rule on every exact run, and each run's own learnt rule on all others.

    The learnt rule says, for each kind of row, the one place that a run's strongest attention hits most; scores are
    over all rows of layer 1 and the read-out's of layer 2. The claim is held to have reproduced where the report's rule
    (mean of both layers) scores at least 0.9 in exact runs and differs by less than 0.05 between half of all pairs of
    them. See `too_short` for where it cannot be tested; the learnt rule's score on other seeds is told all the same.
    """
    population = one_head(lab)
    which, found, sequences = exact_patterns(population)
    fixed = report_scores(found, sequences)["rule_accuracy"].mean(axis=1)
    transfer = cross_scores(found, sequences)
    apart = ~np.eye(len(which), dtype=bool)
    pairs = np.abs(fixed[:, None] - fixed[None])[apart]
    mean, _ = attempt(mean_interval, fixed)
    # Rows of the table are the seeds learnt from; their means are as many independent values as there are seeds.
    others, _ = attempt(
        mean_interval, np.array([row[off].mean() for row, off in zip(transfer, apart, strict=True)])
    )
    parts = {
        "the report's rule holds in exact runs": mean is not None and mean.value >= HIGH,
        "it scores the same on most pairs of seeds": pairs.size > 0 and float(np.median(pairs)) < SAME,
    }
    verdict = judge(
        lab,
        CLAIM,
        parts,
        f"report's rule {words(mean)} over {len(which)} exact runs, median difference of two seeds "
        f"{np.median(pairs) if pairs.size else np.nan:.3f}; a rule learnt on one seed scores "
        f"{np.diag(transfer).mean():.2f} there and {words(others)} on other seeds",
        others,
        len(which),
        from_scratch_cost,
        "the interval is that of the learnt rule's score on other seeds",
        untestable=too_short(population.chosen) or too_few_exact(population),
    )
    kept = xr.Dataset(
        {"fixed": ("learnt_on", fixed), "transfer": (("learnt_on", "scored_on"), transfer)},
        {"learnt_on": which, "scored_on": which},
    )
    runs = population.trajectory.runs
    return Outcome((verdict,), kept, tuple(runs[int(i)] for i in which))


def rule_score(rule: Rule, one: np.ndarray, sequences: Sequence) -> float:
    """Score a rule on a model: the mean of layer 1 (all rows) and layer 2 (the read-out's), head 0."""
    first = score_rule(rule, one, sequences)[0, 0]
    second = score_rule(rule, one, sequences, ("read-out",))[1, 0]
    return float((first + second) / 2)


def cross_scores(found: np.ndarray, sequences: Sequence) -> np.ndarray:
    """Learn a rule on each model and score it on each; shape (learnt on, scored on)."""
    rules = [learn_rule(one, sequences) for one in found]
    return np.array([[rule_score(rule, one, sequences) for one in found] for rule in rules])


SAME_RULE = Experiment(CLAIM, same_rule, from_scratch_cost)
