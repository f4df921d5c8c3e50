"""Text: neither attention pattern nor norm tells the fate before the jump. And everything recorded together?"""

from typing import NamedTuple

import numpy as np
import xarray as xr

from dynamicl.statistics import Interval, predict_fate
from dynamicl.studies._experiment import Experiment, Lab, Outcome

from ._features import SETS, by_pairs, features
from ._judge import attempt, judge, words
from ._local import cost as local_cost
from ._local import neighbours
from ._populations import Population, one_head, one_initialisation, one_initialisation_cost

CLAIM = "lookup.r4.unpredicted"
MOMENTS = 8
BEFORE = 0.95
"""The last moment of prediction, as a share of the earliest S."""
FEWEST = 5
JUDGED = ("norm", "rules", "attention")
"""Of which the report says that they tell nothing."""


class Predictions(NamedTuple):
    """How well one population's fates are predicted.

    Attributes:
        name: of the population.
        steps: moments of prediction.
        earliest: first S of any run.
        areas: AUC with its interval, by feature set and moment; NaN where it cannot be had.
        tables: features at the last moment before half of the earliest S, by feature set.
        fate: whether each run converged.
    """

    name: str
    steps: np.ndarray
    earliest: float
    areas: dict[str, list[Interval]]
    tables: dict[str, np.ndarray]
    fate: np.ndarray

    def halfway(self, which: str) -> Interval:
        """Return the AUC at the last moment before half of the earliest S."""
        return self.areas[which][_halfway(self.steps, self.earliest)]

    def foretold(self, which: str, tests: int) -> bool:
        """Say whether that AUC is above 1/2, at 95 % over a number of such tests together."""
        result, _ = attempt(predict_fate, self.tables[which], self.fate, level=1 - 0.05 / tests)
        return result is not None and result.auc.low > 0.5


def unpredicted(lab: Lab) -> Outcome:
    """Predict who will converge from what was recorded up to a step, before anyone has.

    Three populations: runs from scratch with seeds of their own, runs of one initialisation under different data, and
    forks of one model at neighbouring steps. Predicted by cross-validated logistic regression from the norm, from the
    attention rules, from attention (rules, and what induction and other heads do), from the loss, and from everything
    (losses, accuracy by number of pairs, gradient norms, curvature along the gradient, norms by part, heads). The
    claim is held to have reproduced where at half of the earliest S the AUC of norm, rules and attention is not above
    1/2 in any population in which at least five runs converge and five do not, all these tests together at 95 %.
    """
    scratch = one_head(lab)
    forks, starts, _ = neighbours(lab)
    asked = (
        ("own seeds", scratch, 0),
        ("one initialisation", one_initialisation(lab, scratch), 0),
        ("forks", forks, starts[-1]),
    )
    found = [
        p
        for p in (predictions(name, population, start) for name, population, start in asked)
        if p is not None
    ]
    tests = [(p, which) for p in found for which in JUDGED if np.isfinite(p.halfway(which).value)]
    parts = {f"{which} tells nothing, {p.name}": not p.foretold(which, len(tests)) for p, which in tests}
    told = "; ".join(
        f"{p.name}: " + ", ".join(f"{which} {words(p.halfway(which))}" for which in SETS) for p in found
    )
    verdict = judge(
        lab,
        CLAIM,
        parts,
        f"AUC at half of the earliest S: {told or 'no population with five runs of either fate'}",
        found[0].halfway("everything") if found else None,
        sum(population.ends.sizes["run"] for _, population, _ in asked),
        cost,
        "the interval is that of everything together, over runs from scratch",
        untestable="" if tests else "too few runs of either fate",
    )
    runs = tuple(run for _, population, _ in asked[:2] for run in population.trajectory.runs)
    return Outcome((verdict,), _kept(found), runs)


def predictions(name: str, population: Population, start: int) -> Predictions | None:
    """Predict the fates of a population at some moments; `None` where too few runs had one of the two.

    Args:
        name: of the population.
        population: the runs.
        start: step from which on they are their own.
    """
    ended = population.ends
    fate = ended["converged"].values
    if min(fate.sum(), (~fate).sum()) < FEWEST:
        return None
    earliest = float(ended["time"].values[fate].min())
    every = population.chosen.every
    first = start + 3 * every
    moments = start + np.geomspace(first - start, max(BEFORE * earliest - start, first - start + 1), MOMENTS)
    steps = np.unique((moments // every).astype(int) * every)
    areas: dict[str, list[Interval]] = {which: [] for which in SETS}
    data, seen = by_pairs(population), []
    for step in steps:
        tables = features(data, start, int(step))
        seen.append(tables)
        for which in SETS:
            result, _ = attempt(predict_fate, tables[which], fate)
            areas[which].append(result.auc if result else Interval(*[float("nan")] * 3))
    return Predictions(name, steps, earliest, areas, seen[_halfway(steps, earliest)], fate)


def _halfway(steps: np.ndarray, earliest: float) -> int:
    return int(np.flatnonzero(steps <= max(steps[0], earliest / 2))[-1])


def _kept(found: list[Predictions]) -> xr.Dataset:
    parts = []
    for p in found:
        table = np.array([[tuple(one) for one in p.areas[which]] for which in SETS])
        parts.append(
            xr.Dataset(
                {"auc": (("features", "moment", "end"), table), "step": ("moment", p.steps.astype(float))},
                {"features": list(SETS), "moment": np.arange(len(p.steps)), "end": ["value", "low", "high"]},
            ).assign(earliest=p.earliest)
        )
    if not parts:
        return xr.Dataset()
    return xr.concat(parts, "population", join="outer").assign_coords(population=[p.name for p in found])


def cost(scale: str) -> int:
    """Return at most how many run-steps all three populations ask for."""
    return local_cost(scale) + one_initialisation_cost(scale)


UNPREDICTED = Experiment(CLAIM, unpredicted, cost)
