"""Figure 4: a rule that fits one model's attention fits that of a model from another seed."""

import numpy as np
import xarray as xr

from dynamicl.circuits import learn_rule
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._patterns import patterns
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import mean, median, words
from dynamicl.tasks import Sequence

from ._ends import ended, numbers
from ._populations import experiment
from ._rules import HIGH, report_scores, rule_score, untestable
from ._settings import Setting

HOLDS = Threshold("score of the report's rule, mean of both layers, exact runs", ">=", HIGH)
SAME = Threshold("difference of the rule's score between two exact runs, median pair", "<", 0.05)


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Score the report's rule on every exact run, and each run's own learnt rule on all others.

    The learnt rule says, for each kind of row, the one place that a run's strongest attention hits most; scores are
    over all rows of layer 1 and the read-out's of layer 2.

    Returns:
        `fixed` (learnt_on), the report's rule, and `transfer` (learnt_on, scored_on); all runs where fewer than two are
        exact.
    """
    runs = ended(scale, trajectories["one_head"])
    which = runs.exact if len(runs.exact) > 1 else np.arange(runs.ends.sizes["run"])
    attention, sequences = patterns(runs.trajectory, [(int(i), None) for i in which])
    fixed = report_scores(attention, sequences)["rule_accuracy"].mean(axis=1)
    return xr.Dataset(
        {
            "fixed": ("learnt_on", fixed),
            "transfer": (("learnt_on", "scored_on"), cross_scores(attention, sequences)),
        },
        {"learnt_on": which, "scored_on": which},
        {"pairs": scale.task.pairs, **numbers(runs)},
    )


def cross_scores(attention: np.ndarray, sequences: Sequence) -> np.ndarray:
    """Learn a rule on each model and score it on each; shape (learnt on, scored on)."""
    rules = [learn_rule(one, sequences) for one in attention]
    scores = [rule_score(rule, one, sequences) for rule in rules for one in attention]
    return np.reshape(scores, (len(rules), len(rules)))


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """The report's rule scores high in exact runs, and the same on most pairs of them."""
    fixed, why = data["fixed"].values, untestable(data)
    apart = ~np.eye(fixed.size, dtype=bool)
    differences = np.abs(fixed[:, None] - fixed[None])[apart]
    return HOLDS.part(mean(fixed), fixed.size, why), SAME.part(median(differences), fixed.size, why)


def note(data: xr.Dataset) -> str:
    """Say what a rule learnt on one seed scores on others."""
    transfer = data["transfer"].transpose("learnt_on", "scored_on").values
    apart = ~np.eye(len(transfer), dtype=bool)
    # Rows are the seeds learnt from; their means are as many independent values as there are seeds.
    others = [row[off].mean() for row, off in zip(transfer, apart, strict=True)]
    own = np.diag(transfer).mean()
    return f"a rule learnt on one seed scores {own:.2f} there and {words(mean(others))} on other seeds"


SAME_RULE = experiment(
    "lookup.r2.same_rule", ["one_head"], measure=measure, judge=judge, criterion=(HOLDS, SAME), note=note
)
