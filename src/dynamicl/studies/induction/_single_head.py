"""Figure 4.5b: each layer-2 head, alone from the start, learns the task, later than all of them together."""

import numpy as np
import xarray as xr

from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import ratio, share

from ._curves import learning_times, stack_runs
from ._networks import main_networks
from ._populations import experiment
from ._settings import HEADS, Setting

SOLUTION = 0.99
"""Accuracy of a run that solves the task."""
SOLVED = Threshold(f"share of single heads that reach an accuracy of {SOLUTION}", ">=", 0.95)
LATER = Threshold("learning time of a single head over the full network's", "low >", 1.0)
NEARLY_ALL = Threshold("share of single heads that learn later than their seed's full network", ">=", 0.95)


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Compare runs with one layer-2 head, 8 heads a seed, with the full networks of the same seeds.

    Returns:
        `loss` and `accuracy` (head, seed, sequences); `learning_time` and whether it was seen (`learnt`) by head and
        seed; `full_learning_time` by seed; `strength` in the full network (seed, head).
    """
    networks = main_networks(trajectories)
    curves = stack_runs(trajectories["single_heads"], scale, head=range(HEADS), seed=scale.seeds)
    full = stack_runs(networks.trajectory, scale, seed=scale.seeds)
    alone, together = learning_times(curves["loss"]), learning_times(full["loss"])
    return curves[["loss", "accuracy"]].assign(
        learning_time=alone["time"],
        learnt=alone["observed"],
        full_learning_time=together["time"],
        strength=(("seed", "head"), networks.strength),
    )


def slower(data: xr.Dataset) -> np.ndarray:
    """Return the learning time of single heads over their full network's, shape (head, seed)."""
    times = data["learning_time"].transpose("head", "seed").values
    return times / data["full_learning_time"].values


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Nearly every head solves the task alone, later than all eight together."""
    best = data["accuracy"].max("sequences").values
    times = slower(data)
    typical = np.exp(np.log(times).mean(axis=0))
    return (
        SOLVED.part(share(best >= SOLUTION), best.size),
        LATER.part(ratio(typical, np.ones_like(typical)), len(typical)),
        NEARLY_ALL.part(share(times > 1), times.size),
    )


def note(data: xr.Dataset) -> str:
    """Say which heads are faster alone."""
    times, strength = slower(data), data["strength"].transpose("seed", "head").values
    of_strongest = times[strength.argmax(axis=1), np.arange(len(strength))]
    fast = int((times < 1).sum())
    if not fast:
        return ""
    return (
        f"{fast} heads are faster alone than all eight together, among them the strongest of "
        f"{int((of_strongest < 1).sum())} of {len(strength)} seeds: eight heads need not race faster than the best of "
        "them"
    )


SINGLE_HEAD = experiment(
    "induction.single_head",
    ["main", "single_heads"],
    measure=measure,
    judge=judge,
    criterion=(SOLVED, LATER, NEARLY_ALL),
    note=note,
)
