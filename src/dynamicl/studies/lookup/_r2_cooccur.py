"""Figure 5: attention falls into its pattern when accuracy jumps, and there is no pattern before."""

from typing import NamedTuple

import numpy as np
import xarray as xr

from dynamicl.circuits import learn_rule
from dynamicl.statistics import Interval, bootstrap_interval, crossing
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._patterns import patterns
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import UNKNOWN, attempt, median, words

from ._ends import Ended, ended, numbers, too_few_exact
from ._populations import experiment
from ._rules import HIGH, rule_score
from ._settings import Setting

TOGETHER = Threshold(
    "median time from accuracy's half way to that of the deciding rule (the report's where it scores "
    f"{HIGH:g} in the end, else each run's own), farther end of its interval over the jump's width",
    "<=",
    1.0,
)
NONE_BEFORE = Threshold(
    "share of the deciding rule's rise that is done when accuracy has made 10 %, median run", "<=", 0.25
)


class Rise(NamedTuple):
    """One run's rises.

    Attributes:
        lag: steps from accuracy's half way to that of the deciding rule; NaN where it makes none.
        width: steps from 10 to 90 % of accuracy's way.
        before: share of the deciding rule's rise that is done when accuracy has made 10 %.
    """

    lag: float
    width: float
    before: float


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Compare when an exact run's attention and when its accuracy make half of their way, from first to last value.

    The rule that decides is the report's where it scores at least 0.9 in the exact runs, else the rule learnt from
    each run's own last pattern.

    Returns:
        `accuracy` and `fixed` (run, step), `learnt` (run, checkpoint), and by run the fields of `Rise`; the first two
        runs where none is exact. The attribute `deciding` names the rule.
    """
    runs = ended(scale, trajectories["one_head"])
    which = runs.exact if len(runs.exact) else np.arange(2)
    steps, learnt = learnt_curves(runs, which)
    data = runs.data.isel(run=which).sel(head=0)
    fixed = data["rule_accuracy"].mean("layer").transpose("run", "step").values
    accuracy = data["accuracy"].transpose("run", "step").values
    curves = xr.Dataset(
        {
            "accuracy": (("run", "step"), accuracy),
            "fixed": (("run", "step"), fixed),
            "learnt": (("run", "checkpoint"), learnt),
        },
        {"seed": ("run", which), "step": data["step"].values, "checkpoint": steps},
        {"deciding": "learnt" if fixed[:, -1].mean() < HIGH else "fixed", **numbers(runs)},
    )
    return rises(curves)


def learnt_curves(runs: Ended, which: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Score each run's own last rule at all of its checkpoints; steps, and scores of shape (run, checkpoint)."""
    steps = np.array(runs.trajectory.checkpoints)
    scores = []
    for i in which:
        attention, sequences = patterns(runs.trajectory, [(int(i), int(step)) for step in steps])
        rule = learn_rule(attention[-1], sequences)
        scores.append([rule_score(rule, one, sequences) for one in attention])
    return steps, np.array(scores)


def rises(curves: xr.Dataset) -> xr.Dataset:
    """Add the rises of every run to its curves."""
    name = curves.attrs["deciding"]
    grid = curves["checkpoint" if name == "learnt" else "step"].values
    pairs = zip(curves["accuracy"].values, curves[name].values, strict=True)
    each = [rise(curves["step"].values, accuracy, grid, rule) for accuracy, rule in pairs]
    columns = zip(Rise._fields, zip(*each, strict=True), strict=True)
    return curves.assign({field: ("run", list(values)) for field, values in columns})


def rise(x: np.ndarray, accuracy: np.ndarray, grid: np.ndarray, rule: np.ndarray) -> Rise:
    """Compare the rise of a run's accuracy with that of a rule's score on a grid of its own."""
    start, middle, end = (_reaches(x, accuracy, share) for share in (0.1, 0.5, 0.9))
    base = np.median(rule[grid < start]) if (grid < start).any() else rule[0]
    way = rule[-1] - base
    before = float((np.interp(start, grid, rule) - base) / way) if way > 0 else 1.0
    return Rise(_reaches(grid, rule, 0.5) - middle, end - start, before)


def _reaches(x: np.ndarray, curve: np.ndarray, share: float) -> float:
    """Return when a curve has made a share of the way from its plateau before (its median) to its last value."""
    last = float(np.mean(curve[-3:]))
    low = float(np.median(curve[curve < (curve.min() + last) / 2])) if last > curve.min() else last
    passed = crossing(x, curve, low + share * (last - low), direction="rising")
    return passed.time if passed.observed and last > low else float("nan")


def lag(data: xr.Dataset) -> Interval:
    """Estimate the median time from accuracy's half way to the pattern's, in steps.

    A pattern that never forms is as far from accuracy as the training is long.
    """
    lags = data["lag"].fillna(data["step"].values[-1]).values
    return attempt(bootstrap_interval, lags, "median", method="percentile")[0] or UNKNOWN


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Attention's half way lies within the width of accuracy's jump, and at its beginning little is there.

    The report follows its own rule. Where exact runs do not end with that rule, each is held against what it learnt
    itself, which the report does not claim.
    """
    few, between = too_few_exact(data), lag(data)
    farther = max(abs(between.low), abs(between.high)) / median(data["width"])
    before = data["before"].values
    return (
        TOGETHER.part(farther, data.sizes["run"], few),
        NONE_BEFORE.part(median(before), int(np.isfinite(before).sum()), few),
    )


def note(data: xr.Dataset) -> str:
    """Give the times in steps, and say which rule decides."""
    names = {"learnt": "the rule learnt from the run itself", "fixed": "the report's rule"}
    apart = np.diff(data["checkpoint"].values)[:1]
    return (
        f"{names[data.attrs['deciding']]} makes half of its way {words(lag(data), '.0f')} steps after accuracy "
        f"(median), whose jump takes {median(data['width']):.0f}; report's rule at the end "
        f"{float(data['fixed'].isel(step=-1).mean()):.2f}; learnt rules are scored at checkpoints, {apart.tolist()[0]} "
        "steps apart"
    )


COOCCUR = experiment(
    "lookup.r2.cooccur",
    ["one_head"],
    measure=measure,
    judge=judge,
    criterion=(TOGETHER, NONE_BEFORE),
    note=note,
)
