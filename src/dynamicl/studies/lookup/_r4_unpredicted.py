"""Text: neither attention pattern nor norm tells the fate before the jump. And everything recorded together?"""

from typing import NamedTuple

import numpy as np
import xarray as xr

from dynamicl.statistics import Interval, predict_fate
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import UNKNOWN, attempt, largest, words

from ._ends import Ended, ended
from ._features import SETS, by_pairs, features
from ._forks import neighbour_steps
from ._populations import experiment
from ._settings import Setting

MOMENTS = 8
BEFORE = 0.95
"""The last moment of prediction, as a share of the earliest S."""
FEWEST = 5
"""Runs of either fate that a population must have."""
POPULATIONS = ("own seeds", "one initialisation", "forks")
JUDGED = ("norm", "rules", "attention")
"""Of which the report says that they tell nothing."""
ENDS = ("value", "low", "high")
LITTLE = 0.75
"""An AUC that is surely below this counts as telling nothing."""
NOTHING = Threshold(
    "lower end of the AUC of norm, rules or attention at half of the earliest S, all together at 95 %, largest; all "
    f"upper ends below {LITTLE:g}",
    "<=",
    0.5,
)


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

    def together(self, which: str, tests: int) -> Interval:
        """Return that AUC with its interval at 95 % over a number of such tests together."""
        result, _ = attempt(predict_fate, self.tables[which], self.fate, level=1 - 0.05 / tests)
        return result.auc if result is not None else UNKNOWN


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Predict who will converge from what was recorded up to a step, before anyone has.

    Three populations: runs from scratch with seeds of their own, runs of one initialisation under different data, and
    forks of one model at neighbouring steps; left out where fewer than five have either fate. Predicted by
    cross-validated logistic regression from the norm, from the attention rules, from attention (rules, and what
    induction and other heads do), from the loss, and from everything (losses, accuracy by number of pairs, gradient
    norms, curvature along the gradient, norms by part, heads).

    Returns:
        `auc` (population, features, moment, end), `step` (population, moment), `earliest` (population); and
        `halfway` (population, judged, end): the AUC at half of the earliest S, its interval such that all of these hold
        together at 95 %.
    """
    names = ("one_head", "one_start", "neighbours")
    starts = (0, 0, neighbour_steps(scale, trajectories)[-1])
    every = [
        predictions(title, ended(scale, trajectories[name]), start)
        for title, name, start in zip(POPULATIONS, names, starts, strict=True)
    ]
    return tabulated([one for one in every if one is not None])


def predictions(name: str, runs: Ended, start: int) -> Predictions | None:
    """Predict the fates of a population at some moments; `None` where too few runs had one of the two.

    Args:
        name: of the population.
        runs: the population.
        start: step from which on they are their own.
    """
    fate = runs.ends["converged"].values
    if min(fate.sum(), (~fate).sum()) < FEWEST:
        return None
    earliest = float(runs.ends["time"].values[fate].min())
    steps = moments(start, earliest, runs.scale.every)
    areas: dict[str, list[Interval]] = {which: [] for which in SETS}
    data, seen = by_pairs(runs), []
    for step in steps:
        tables = features(data, start, int(step))
        seen.append(tables)
        for which in SETS:
            result, _ = attempt(predict_fate, tables[which], fate)
            areas[which].append(result.auc if result else UNKNOWN)
    return Predictions(name, steps, earliest, areas, seen[_halfway(steps, earliest)], fate)


def moments(start: int, earliest: float, every: int) -> np.ndarray:
    """Return evaluated steps from shortly after a start to shortly before the earliest S, logarithmically."""
    first = 3 * every
    after = np.geomspace(first, max(BEFORE * earliest - start, first + 1), MOMENTS)
    return np.unique(((start + after) // every).astype(int) * every)


def _halfway(steps: np.ndarray, earliest: float) -> int:
    return int(np.flatnonzero(steps <= max(steps[0], earliest / 2))[-1])


def tabulated(every: list[Predictions]) -> xr.Dataset:
    """Tabulate predictions; populations are predicted at different moments, so that these are counted."""
    known = [(one, which) for one in every for which in JUDGED if np.isfinite(one.halfway(which).value)]
    tables = []
    for one in every:
        areas = np.array([one.areas[which] for which in SETS])
        halfway = [one.together(which, len(known)) if known else UNKNOWN for which in JUDGED]
        tables.append(
            xr.Dataset(
                {
                    "auc": (("features", "moment", "end"), areas),
                    "step": ("moment", one.steps.astype(float)),
                    "halfway": (("judged", "end"), np.array(halfway)),
                    "earliest": one.earliest,
                },
                {
                    "features": list(SETS),
                    "judged": list(JUDGED),
                    "moment": np.arange(len(one.steps)),
                    "end": list(ENDS),
                },
            )
        )
    if not tables:
        nothing = np.full((1, len(JUDGED), len(ENDS)), np.nan)
        return xr.Dataset({"halfway": (("population", "judged", "end"), nothing)})
    return xr.concat(tables, "population", join="outer").assign_coords(population=[one.name for one in every])


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """None of the three tells anything in any population.

    It fails where one surely tells something: its AUC is above one half, all these tests together at 95 %. That none is
    seen to proves little, the less the fewer runs there are; it holds only where every AUC is known to be below 0.75,
    and every population was looked at.
    """
    areas = halfway(data)
    low, high = (areas.sel(end=end).values for end in ("low", "high"))
    tests, most = int(np.isfinite(low).sum()), largest(low)
    unknown = [name for name, ends in zip(POPULATIONS, low, strict=True) if not np.isfinite(ends).all()]
    why = ""
    if unknown:
        why = f"too few runs of either fate, or nothing recorded: {', '.join(unknown)}"
    elif not (high < LITTLE).all():
        why = f"an AUC may be as high as {largest(high):.2f}"
    if most > NOTHING.value:
        # Intervals that hold one by one do not show that one of many tells something.
        why = "" if "halfway" in data else "the intervals of this dataset do not hold together"
    return (NOTHING.part(most, tests, why),)


def halfway(data: xr.Dataset) -> xr.DataArray:
    """Return AUCs at half of the earliest S, by (population, judged, end); NaN where there is none.

    Datasets of an older measure have only intervals that hold one by one; these are taken from there.
    """
    if "population" not in data.coords:
        table = (
            data["halfway"]
            .isel(population=[0] * len(POPULATIONS))
            .assign_coords(population=list(POPULATIONS))
        )
    elif "halfway" in data:
        table = data["halfway"].reindex(population=list(POPULATIONS))
    else:
        each = [_at_half(data.isel(population=i)) for i in range(data.sizes["population"])]
        judged = xr.concat(each, "population").sel(features=list(JUDGED)).rename(features="judged")
        table = judged.reindex(population=list(POPULATIONS))
    return table.assign_coords(end=list(ENDS)).transpose("population", "judged", "end")


def _at_half(one: xr.Dataset) -> xr.DataArray:
    """Return the AUCs of one population at half of its earliest S."""
    steps = one["step"].values[np.isfinite(one["step"].values)]
    return one["auc"].isel(moment=_halfway(steps, float(one["earliest"])), drop=True)


def note(data: xr.Dataset) -> str:
    """Give all AUCs at half of the earliest S."""
    if "auc" not in data:
        return "no population with five runs of either fate"
    told = "; ".join(_told(data.isel(population=i)) for i in range(data.sizes["population"]))
    return f"{told}; each of these intervals at 95 % by itself"


def _told(one: xr.Dataset) -> str:
    areas = _at_half(one).transpose("features", "end")
    named = zip(one["features"].values, areas.values, strict=True)
    told = ", ".join(f"{name} {words(Interval(*ends))}" for name, ends in named)
    return f"{one['population'].item()}: {told}"


UNPREDICTED = experiment(
    "lookup.r4.unpredicted",
    ["one_head", "one_start", "parents", "forks", "neighbours"],
    measure=measure,
    judge=judge,
    criterion=(NOTHING,),
    note=note,
)
