"""Figure 7: among runs that do not find the exact solution, final norm and final accuracy rise together."""

import numpy as np
import xarray as xr

from dynamicl.statistics import Interval, correlation_interval
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import UNKNOWN, attempt, words

from ._ends import EXACT_KIND, PLATEAU, ended, fell_short
from ._populations import experiment
from ._r3_smallest import too_few
from ._settings import Setting

POSITIVE = Threshold(
    "Pearson's correlation of final norm and final accuracy, runs between plateau and 1", "low >", 0.0
)


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Gather final norm and accuracy of runs from scratch and of runs of one initialisation together.

    Returns:
        `final_norm`, `final_accuracy` and `kind` by run; the coordinate `population` says which they are.
    """
    both = {
        "own seeds": ended(scale, trajectories["one_head"]).ends,
        "one initialisation": ended(scale, trajectories["one_start"]).ends,
    }
    names = ["final_norm", "final_accuracy", "kind"]
    tables = []
    for name, ends in both.items():
        population = ("run", [name] * ends.sizes["run"])
        tables.append(ends[names].drop_vars("run", errors="ignore").assign_coords(population=population))
    return xr.concat(tables, "run")


def linked(data: xr.Dataset, which: np.ndarray) -> Interval:
    """Correlate norm and accuracy over some runs; unknown where they are too few or alike."""
    norm, accuracy = (data[name].values[which] for name in ("final_norm", "final_accuracy"))
    return attempt(correlation_interval, norm, accuracy)[0] or UNKNOWN


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """The correlation is positive over the runs that left the plateau and are not exact.

    The report's that are not exact had all left it. Those still on the plateau have the lowest accuracy, and the lowest
    norms because they have hardly moved, which is no finding about solutions. Runs that still climb count, as in
    datasets that call them stalled, though the report's had been trained to their ends. It cannot be tested where fewer
    than eight did, with a norm that is known, and is open where the interval holds 0.
    """
    between = fell_short(data) & np.isfinite(data["final_norm"].values)
    count, link = int(between.sum()), linked(data, between)
    return (POSITIVE.sure_part(link, count, too_few(count)),)


def note(data: xr.Dataset) -> str:
    """Give the correlation with runs on the plateau among them."""
    kind, known = data["kind"].values, np.isfinite(data["final_norm"].values)
    other = (kind != EXACT_KIND) & known
    return (
        f"with the {int((kind == PLATEAU).sum())} runs that are still on the plateau, and have low norms because they "
        f"have hardly moved, {words(linked(data, other))}; the report's had climbed to values up to 0.9"
    )


CORRELATION = experiment(
    "lookup.r3.correlation",
    ["one_head", "one_start"],
    measure=measure,
    judge=judge,
    criterion=(POSITIVE,),
    note=note,
)
