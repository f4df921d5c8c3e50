"""Figure 8: one initialisation under different data sometimes converges, sometimes not."""

import numpy as np
import scipy
import xarray as xr

from dynamicl.statistics import jeffreys
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import words

from ._ends import CLIMBING, counts, ended, open_while_climbing, told
from ._forks import parents
from ._populations import experiment
from ._settings import INSIDE, Setting

SOME = Threshold("data seeds under which one initialisation converges", ">=", 2.0)
SOME_NOT = Threshold("data seeds under which it does not", ">=", 2.0)


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Train the first parent's initialisation under many data seeds.

    Returns:
        How each run ended and its `accuracy` (run, step). Attributes: the `initialisation`, and of runs from scratch
        `scratch_exact` of `scratch_runs`.
    """
    scratch, runs = ended(scale, trajectories["one_head"]), ended(scale, trajectories["one_start"])
    return runs.curves.assign_attrs(
        initialisation=parents(scale, trajectories).seeds[0],
        scratch_exact=len(scratch.exact),
        scratch_runs=scratch.ends.sizes["run"],
    )


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """At least two runs converge and two do not: the Jeffreys interval of P then lies inside 0 and 1.

    Runs that still climb when their training ends may yet do either. That a run does not converge can only be told
    where those that do have long done so.
    """
    converged = data["converged"].values.astype(bool)
    done, climbing = float(converged.sum()), counts(data)[CLIMBING]
    rest = float(converged.size - done - climbing)
    latest, end = data["time"].values[converged].max(initial=0), float(data["step"].max())
    late = f"some converge as late as at {latest / end:.0%} of the training" if latest >= INSIDE * end else ""
    return (
        SOME.part(done, converged.size, open_while_climbing(SOME, done, done + climbing)),
        SOME_NOT.part(rest, converged.size, late or open_while_climbing(SOME_NOT, rest, rest + climbing)),
    )


def note(data: xr.Dataset) -> str:
    """Give P, and compare it with that over initialisations."""
    k, n = int(data["converged"].sum()), data.sizes["run"]
    of_all, total = (int(data.attrs[name]) for name in ("scratch_exact", "scratch_runs"))
    table = np.array([[k, n - k], [of_all, total - of_all]])
    p_value = float(scipy.stats.fisher_exact(table).pvalue)
    return (
        f"P {words(jeffreys(k, n), '.3f')}: of {n} data seeds {told(data)}; over initialisations "
        f"{words(jeffreys(of_all, total), '.3f')} (Fisher's p of the same P: {p_value:.2g}); initialisation "
        f"{data.attrs['initialisation']}, chosen because it converges under its own data"
    )


SEED = experiment(
    "lookup.r4.seed",
    ["one_head", "one_start"],
    measure=measure,
    judge=judge,
    criterion=(SOME, SOME_NOT),
    note=note,
)
