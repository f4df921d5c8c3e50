"""Text: neither attention pattern nor norm tells the fate before the jump. And everything recorded together?"""

from typing import NamedTuple

import numpy as np
import xarray as xr

from dynamicl.measures import Interval, predict_fate
from dynamicl.studies._experiment import Experiment, Lab, Outcome

from ._features import SETS, features
from ._judge import attempt, judge, words
from ._local import cost as local_cost
from ._local import neighbours
from ._populations import Population, one_head, one_initialisation, one_initialisation_cost

CLAIM = "lookup.r4.unpredicted"
MOMENTS = 8
BEFORE = 0.95
"""The last moment of prediction, as a share of the earliest S."""
FEWEST = 5


class Predictions(NamedTuple):
    """How well one population's fates are predicted.

    Attributes:
        name: of the population.
        steps: moments of prediction.
        earliest: first S of any run.
        areas: AUC with its interval, by feature set and moment; NaN where it cannot be had.
    """

    name: str
    steps: np.ndarray
    earliest: float
    areas: dict[str, list[Interval]]

    def halfway(self, which: str) -> Interval:
        """Return the AUC at the last moment before half of the earliest S."""
        early = np.flatnonzero(self.steps <= max(self.steps[0], self.earliest / 2))
        return self.areas[which][early[-1]]


def unpredicted(lab: Lab) -> Outcome:
    """Predict who will converge from what was recorded up to a step, before anyone has.

    Three populations: runs from scratch with seeds of their own, runs of one initialisation under different data, and
    forks of one model at neighbouring steps. Predicted by cross-validated logistic regression from the norm, from the
    attention rules, from the loss, and from everything (losses, gradient norms, curvature along the gradient, norms by
    part, rules). The claim is held to have reproduced where at half of the earliest S the interval of the AUC of norm
    and of rules does not lie above 1/2 in any population in which at least five runs converge and five do not.
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
    parts = {
        f"{which} tells nothing, {p.name}": p.halfway(which).low <= 0.5
        for p in found
        for which in ("norm", "rules")
        if np.isfinite(p.halfway(which).value)
    }
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
        untestable="" if found else "too few runs of either fate",
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
    for step in steps:
        tables = features(population.data, start, int(step))
        for which in SETS:
            result, _ = attempt(predict_fate, tables[which], fate)
            areas[which].append(result.auc if result else Interval(*[float("nan")] * 3))
    return Predictions(name, steps, earliest, areas)


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
