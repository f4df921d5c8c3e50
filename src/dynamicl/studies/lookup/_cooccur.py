"""Figure 5: attention falls into its pattern when accuracy jumps, and there is no pattern before."""

from typing import NamedTuple

import numpy as np
import xarray as xr

from dynamicl.circuits import learn_rule
from dynamicl.statistics import bootstrap_interval, crossing
from dynamicl.studies._experiment import Experiment, Lab, Outcome

from ._judge import attempt, judge, words
from ._patterns import patterns
from ._populations import Population, from_scratch_cost, one_head, too_few_exact
from ._rules import HIGH
from ._same_rule import rule_score

CLAIM = "lookup.r2.cooccur"
MOST_BEFORE = 0.25


class Rise(NamedTuple):
    """One run's rises.

    Attributes:
        start: step at which accuracy has made 10 % of its way.
        middle: 50 %.
        end: 90 %.
        fixed: step at which the report's rule has made half of its way; NaN where it makes none.
        learnt: the same of the rule learnt from the run's own last pattern.
        before: share of the deciding rule's rise that is done at `start`.
    """

    start: float
    middle: float
    end: float
    fixed: float
    learnt: float
    before: float


def cooccur(lab: Lab) -> Outcome:
    """Compare when a run's attention and when its accuracy make half of their way, from first to last value.

    The rule that decides is the report's where it scores at least 0.9 in the exact runs, else the rule learnt from
    each run's own last pattern. The claim is held to have reproduced where the interval of the median difference in
    time lies within the median 10-90 % width of the jump, and at its beginning (10 %) the rule has made at most a
    quarter of its way.
    """
    population = one_head(lab)
    which = population.exact if len(population.exact) else np.arange(2)
    steps, learnt = learnt_curves(population, which)
    data = population.data.isel(run=which).sel(head=0)
    fixed = data["rule_accuracy"].mean("layer").transpose("run", "step").values
    accuracy = data["accuracy"].transpose("run", "step").values
    own = bool(fixed[:, -1].mean() < HIGH)
    x = data["step"].values
    rises = [_rise(x, accuracy[i], fixed[i], steps, learnt[i], own) for i in range(len(which))]
    lag = np.array([(r.learnt if own else r.fixed) - r.middle for r in rises])
    between, _ = attempt(bootstrap_interval, lag[np.isfinite(lag)], "median", method="percentile")
    width = float(np.median([r.end - r.start for r in rises]))
    before = float(np.median([r.before for r in rises]))
    name = "the rule learnt from the run itself" if own else "the report's rule"
    parts = {
        "at the same time": between is not None and max(abs(between.low), abs(between.high)) <= width,
        "no pattern before": before <= MOST_BEFORE,
    }
    verdict = judge(
        lab,
        CLAIM,
        parts,
        f"{name} makes half of its way {words(between, '.0f')} steps after accuracy (median), whose jump takes "
        f"{width:.0f}; when accuracy has made 10 %, {before:.0%} of the pattern is there; report's rule at the end "
        f"{fixed[:, -1].mean():.2f}",
        between,
        len(which),
        from_scratch_cost,
        f"learnt rules are scored at checkpoints, {steps[1] - steps[0]} steps apart",
        untestable=too_few_exact(population),
    )
    kept = xr.Dataset(
        {
            "accuracy": (("run", "step"), accuracy),
            "fixed": (("run", "step"), fixed),
            "learnt": (("run", "checkpoint"), learnt),
            "lag": ("run", lag),
        },
        {"seed": ("run", which), "step": x, "checkpoint": steps},
        {"deciding": "learnt" if own else "fixed"},
    )
    runs = population.trajectory.runs
    return Outcome((verdict,), kept, tuple(runs[int(i)] for i in which))


def learnt_curves(population: Population, which: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Score each run's own last rule at all of its checkpoints; steps, and scores of shape (run, checkpoint)."""
    steps = np.array(population.trajectory.checkpoints)
    scores = []
    for i in which:
        found, sequences = patterns(population.trajectory, [(int(i), int(step)) for step in steps])
        rule = learn_rule(found[-1], sequences)
        scores.append([rule_score(rule, one, sequences) for one in found])
    return steps, np.array(scores)


def _rise(
    x: np.ndarray, accuracy: np.ndarray, fixed: np.ndarray, steps: np.ndarray, learnt: np.ndarray, own: bool
) -> Rise:
    start, middle, end = (_reaches(x, accuracy, share) for share in (0.1, 0.5, 0.9))
    grid, curve = (steps, learnt) if own else (x, fixed)
    base = np.median(curve[grid < start]) if (grid < start).any() else curve[0]
    way = curve[-1] - base
    before = float((np.interp(start, grid, curve) - base) / way) if way > 0 else 1.0
    return Rise(start, middle, end, _reaches(x, fixed, 0.5), _reaches(steps, learnt, 0.5), before)


def _reaches(x: np.ndarray, curve: np.ndarray, share: float) -> float:
    """Return when a curve has made a share of the way from its plateau before (its median) to its last value."""
    last = float(np.mean(curve[-3:]))
    low = float(np.median(curve[curve < (curve.min() + last) / 2])) if last > curve.min() else last
    found = crossing(x, curve, low + share * (last - low), direction="rising")
    return found.time if found.observed and last > low else float("nan")


COOCCUR = Experiment(CLAIM, cooccur, from_scratch_cost)
