"""Section 4.2.2, footnote 5: compilation speeds a standard run up."""

import jax
import xarray as xr

from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import ratio

from ._populations import experiment
from ._settings import Setting, run
from ._steps import learner_of, seconds_of

CALLS = {"compiled": 200, "operation by operation": 2}
REPEATS = 7
FASTER = Threshold("time of a step run operation by operation over that of a compiled one", "low >", 10.0)
"""A compiled step is faster by an order of magnitude; the published 330 over 7 minutes are 47 times."""


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Time the same step of a standard run, compiled and dispatched operation by operation.

    Returns:
        `seconds` (way, repeat) of one step.
    """
    learner = learner_of(run(scale, 0))
    state, task = learner.init(), learner.training_task()
    compiled = jax.jit(lambda state: learner.step(state, task))
    functions = {
        "compiled": lambda: compiled(state),
        "operation by operation": lambda: learner.step(state, task),
    }
    seconds = seconds_of({way: (functions[way], calls) for way, calls in CALLS.items()}, REPEATS)
    return xr.Dataset({"seconds": (("way", "repeat"), list(seconds.values()))}, {"way": list(seconds)})


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """The compiled step is faster by an order of magnitude."""
    compiled, eager = (data["seconds"].sel(way=way).values for way in CALLS)
    return (FASTER.part(ratio(eager, compiled), compiled.size),)


def note(data: xr.Dataset) -> str:
    """Give both times."""
    compiled, eager = (float(data["seconds"].sel(way=way).median()) for way in CALLS)
    return f"{1e6 * compiled:,.0f} against {1e6 * eager:,.0f} microseconds a step (medians), on one run"


JIT = experiment("induction.jit", measure=measure, judge=judge, criterion=(FASTER,), note=note)
