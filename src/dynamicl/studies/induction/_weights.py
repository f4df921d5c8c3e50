"""Figure C.4: a trained layer 1 helps the seed that it comes from, not another: clamp activations, not weights."""

import numpy as np
import xarray as xr

from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import ratio, words

from ._curves import learning_times, stack_runs
from ._populations import experiment
from ._runs import shifts
from ._settings import Setting

FOREIGN = Threshold("learning time with another seed's layer 1 over that with the own", ">=", 1.5)
FOREIGN_SURE = Threshold("the same, certainly longer", "low >", 1.0)
OWN = Threshold("learning time with the own layer 1 over training everything", "high <", 1.0)


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Train layer 2 on the frozen embeddings and layer 1 of a finished main run, of the same seed and of others.

    Returns:
        `loss` (shift, seed, sequences), `learning_time` and `learnt` (shift, seed), `full_learning_time` (seed).
        A shift of 0 is the seed's own layer 1.
    """
    curves = stack_runs(trajectories["grafted"], scale, shift=shifts(scale), seed=scale.seeds)
    full = stack_runs(trajectories["main"], scale, seed=scale.seeds)
    times = learning_times(curves["loss"])
    return curves[["loss"]].assign(
        learning_time=times["time"],
        learnt=times["observed"],
        full_learning_time=learning_times(full["loss"])["time"],
    )


def learning(data: xr.Dataset) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return learning times by seed: with others' layer 1 (geometric mean), with the own, of everything."""
    times = data["learning_time"].sortby("shift").transpose("shift", "seed").values
    return np.exp(np.log(times[1:]).mean(axis=0)), times[0], data["full_learning_time"].values


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Another seed's layer 1 is much slower than the own, and the own is faster than training everything."""
    others, own, full = learning(data)
    foreign = ratio(others, own)
    return (
        FOREIGN.part(foreign, own.size),
        FOREIGN_SURE.part(foreign, own.size),
        OWN.part(ratio(own, full), own.size),
    )


def note(data: xr.Dataset) -> str:
    """Compare others' layer 1 with training everything."""
    others, _, full = learning(data)
    return (
        f"with others' layer 1 learning takes {words(ratio(others, full))} of the time of training everything; "
        f"{int((~data['learnt'].values).sum())} of {data['learnt'].size} runs do not learn in their time (lower bounds)"
    )


WEIGHTS = experiment(
    "induction.weights",
    ["main", "grafted"],
    measure=measure,
    judge=judge,
    criterion=(FOREIGN, FOREIGN_SURE, OWN),
    note=note,
)
