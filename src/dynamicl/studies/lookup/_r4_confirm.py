"""Figure 9: of the forks from late in training all converge."""

import numpy as np
import xarray as xr

from dynamicl.statistics import jeffreys
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._summaries import words

from ._populations import experiment
from ._r4_early_fate import measure as measure

ALL = Threshold("share of forks from the last step that converge, lowest of the models'", ">=", 1.0)


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """From each model's last step all forks converge; untested of a model that did not converge itself."""
    stray = not data["parent_converged"].values.astype(bool).all()
    ends = last_forks(data)
    lowest = min((jeffreys(*end) for end in ends), key=lambda chance: chance.value)
    forks = sum(count for _, count in ends)
    return (ALL.part(lowest, forks, "too few runs converged" if stray else ""),)


def last_forks(data: xr.Dataset) -> list[tuple[int, int]]:
    """Return how many forks from each model's last step converged, and how many there were."""
    tables = (data[name].transpose("model", "at").values for name in ("converging", "forks"))
    ends = []
    for converging, forks in zip(*tables, strict=True):
        last = int(np.flatnonzero(np.isfinite(forks))[-1])
        ends.append((int(converging[last]), int(forks[last])))
    return ends


def note(data: xr.Dataset) -> str:
    """Say when each model is forked last, as a share of its own converging."""
    at = data["fork_step"].max("at") / data["S"]
    chances = [jeffreys(*model) for model in last_forks(data)]
    told = zip(data["model"].values, at.values, chances, strict=True)
    return "; ".join(f"model {model} at {share:.0%} of S: P {words(chance)}" for model, share, chance in told)


CONFIRM = experiment(
    "lookup.r4.confirm",
    ["one_head", "parents", "forks"],
    measure=measure,
    judge=judge,
    criterion=(ALL,),
    note=note,
)
