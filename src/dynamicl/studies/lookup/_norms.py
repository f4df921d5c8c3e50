"""Figures 6 and 7: the sum of squared parameters of runs that find the exact solution, and of those that do not."""

import numpy as np
import xarray as xr

from dynamicl.statistics import Interval, auc, correlation_interval
from dynamicl.studies._experiment import Experiment, Lab, Outcome

from ._judge import attempt, judge, words
from ._populations import (
    Population,
    from_scratch_cost,
    one_head,
    one_initialisation,
    one_initialisation_cost,
)
from ._settings import FEWEST, WEIGHT_DECAY, setting

SMALLER = 0.9


def smallest(lab: Lab) -> Outcome:
    """Compare the final norm of exact runs with that of all others.

    The claim is held to have reproduced where a random exact run has a smaller norm than a random other one with a
    probability of at least 0.9 (the area under the ROC curve), with an interval above 1/2, and the run with the
    smallest norm of all is exact. The report's other runs had left the plateau and stalled; it cannot be tested where
    fewer than eight of the others have. Beside it stands the same among runs of one initialisation, and how norm goes
    with S there: weight decay shrinks a solution that has long been found.
    """
    claim = "lookup.r3.smallest"
    population = one_head(lab)
    ended = population.ends
    exact, norm = ended["converged"].values, ended["final_norm"].values
    area, why = attempt(auc, exact, -norm)
    one = one_initialisation(lab, population).ends
    among, _ = attempt(auc, one["converged"].values, -one["final_norm"].values)
    done = one["converged"].values
    aged, _ = attempt(correlation_interval, one["time"].values[done], one["final_norm"].values[done])
    parts = {
        f"an exact run's norm is the smaller with probability {SMALLER}": area is not None
        and area.value >= SMALLER
        and area.low > 0.5,
        "the smallest is exact": bool(exact[np.argmin(norm)]),
    }
    verdict = judge(
        lab,
        claim,
        parts,
        f"an exact run has the smaller norm with probability {words(area)}; median norm {_median(norm[exact]):.0f} of "
        f"exact runs, {_median(norm[~exact]):.0f} of others; smallest {norm.min():.0f}. Among runs "
        f"of one initialisation {words(among)}, medians {_median(one['final_norm'].values[done]):.0f} and "
        f"{_median(one['final_norm'].values[~done]):.0f}; Pearson of norm and S there {words(aged)}",
        area,
        norm.size,
        cost,
        _decay(population),
        untestable=why or _too_few(int((ended["kind"] == "stalled").sum())),
    )
    data = population.data
    kept = ended.assign(squared_norm=(("run", "step"), data["squared_norm"].transpose("run", "step").values))
    kept = kept.assign_coords(seed=("run", np.arange(norm.size)), step=data["step"].values)
    return Outcome((verdict,), kept, population.trajectory.runs)


def correlation(lab: Lab) -> Outcome:
    """Correlate final norm and final accuracy over the runs that do not find the exact solution.

    Runs from scratch and runs of one initialisation are taken together. The claim is held to have reproduced where
    Pearson's correlation has an interval above 0. It cannot be tested where fewer than eight of these runs have left
    the plateau: accuracy is then the same but for the noise of its 500 sequences, which no norm can go with.
    """
    claim = "lookup.r3.correlation"
    scratch = one_head(lab)
    both = (scratch, one_initialisation(lab, scratch))
    norm, accuracy, kind = (
        np.concatenate([p.ends[n].values for p in both]) for n in ("final_norm", "final_accuracy", "kind")
    )
    other = kind != "exact"
    linked = _linked(norm[other], accuracy[other])
    left = int((kind == "stalled").sum())
    among, _ = attempt(_linked, norm[kind == "stalled"], accuracy[kind == "stalled"])
    verdict = judge(
        lab,
        claim,
        {"positive": linked is not None and linked.low > 0},
        f"Pearson {words(linked)} over {int(other.sum())} runs that are not exact, {left} of which left the plateau "
        f"(among those alone {words(among)})",
        linked,
        int(other.sum()),
        cost,
        f"{int((kind == 'plateau').sum())} of these runs are still on the plateau; the report's had climbed to values "
        "up to 0.9",
        untestable=_too_few(left),
    )
    kept = xr.Dataset(
        {"final_norm": ("run", norm), "final_accuracy": ("run", accuracy), "kind": ("run", kind)},
        {"population": ("run", _names(both))},
    )
    return Outcome((verdict,), kept, (*both[0].trajectory.runs, *both[1].trajectory.runs))


def _too_few(stalled: int) -> str:
    few = stalled < FEWEST
    return f"only {stalled} runs stalled between plateau and 1, fewer than {FEWEST}" if few else ""


def _decay(population: Population) -> str:
    """Write how far weight decay alone would have shrunk the weights, here and in the report's training."""
    here, report = (
        one.learning_rate * WEIGHT_DECAY * one.steps for one in (population.chosen, setting("paper"))
    )
    return f"weight decay alone shrinks weights by exp(-{here:.2g}) in these runs, exp(-{report:.2g}) in the report's"


def _linked(norm: np.ndarray, accuracy: np.ndarray) -> Interval | None:
    return attempt(correlation_interval, norm, accuracy)[0]


def _median(values: np.ndarray) -> float:
    return float(np.median(values)) if values.size else float("nan")


def _names(both: tuple[Population, Population]) -> list[str]:
    sizes = [p.ends.sizes["run"] for p in both]
    return ["own seeds"] * sizes[0] + ["one initialisation"] * sizes[1]


def cost(scale: str) -> int:
    """Return the run-steps of both populations."""
    return from_scratch_cost(scale) + one_initialisation_cost(scale)


SMALLEST = Experiment("lookup.r3.smallest", smallest, cost)
CORRELATION = Experiment("lookup.r3.correlation", correlation, cost)
