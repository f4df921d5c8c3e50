"""Thesis figure 2.4: the more labels a class has, the more is learnt in context."""

import xarray as xr

from dynamicl.studies._abilities import late_by_level, trend_parts
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._world_setting import few

from ._populations import experiment
from ._runs import curves
from ._settings import Setting

TREND = Threshold("p of Jonckheere's test that final icl rises with labels a class", "<", 0.05)
MORE = Threshold("final icl, most labels a class minus fewest", ">=", 0.1)


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Return the curves by `labels` of each class and `init`."""
    axes = {"labels": scale.multiplicities, "init": few(scale)}
    return curves(trajectories["multiplicity"], scale, axes)


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Final in-context learning rises with the labels of a class."""
    levels = late_by_level(data, "labels", "icl")
    return trend_parts(levels, "up", TREND, MORE)


def note(data: xr.Dataset) -> str:
    """Give in-weights accuracy beside what it can be at most: one of m labels is right."""
    ends = late_by_level(data, "labels", "iwl")
    words = [
        f"{sum(runs) / len(runs):.3f} of at most {1 / labels:.2f} with {labels}"
        for labels, runs in zip(data["labels"].values.tolist(), ends, strict=True)
    ]
    return f"final iwl by labels a class: {'; '.join(words)}"


MULTIPLICITY = experiment(
    "distribution.multiplicity",
    ["multiplicity"],
    measure=measure,
    judge=judge,
    criterion=(TREND, MORE),
    note=note,
)
