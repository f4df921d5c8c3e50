"""Thesis 3.1 and 3.3: what looked persistent in chapter 2 fades when it is trained for longer.

Every condition of this study whose sequences are all bursty, without a penalty and with classes that are alike.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr

from dynamicl.studies._abilities import Ability, abilities, fading_part
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._world_setting import few

from ._populations import experiment
from ._runs import curves, size_settings
from ._settings import Setting

FADES = Threshold("share of all-bursty runs with icl in which it fades", ">=", 1.0)
NONE = "icl appears in no run"


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Return icl by `run`, with the `condition` of each."""
    inits = few(scale)
    axes: dict[str, dict[str, Sequence[Any]]] = {
        "whole": {"init": scale.inits},
        "exemplars": {"drawings": scale.drawings, "init": inits},
        "classes": {"size": list(size_settings(scale)), "init": inits},
        "width": {"width": scale.widths, "init": inits},
    }
    parts = []
    for population, levels in axes.items():
        data = curves(trajectories[population], scale, **levels)[["icl"]]
        names = np.repeat(_names(population, levels), len(levels["init"]))
        flat = data.drop_vars(list(levels)).stack(run=list(levels), create_index=False)
        parts.append(flat.assign_coords(condition=("run", names)))
    return xr.concat(parts, "run", combine_attrs="override")


def _names(population: str, levels: dict[str, Sequence[Any]]) -> list[str]:
    """Name the levels of a condition; the main runs are one."""
    (dim, *rest) = levels
    if not rest:
        return ["main"]
    return [f"{dim} {value}" for value in levels[dim]]


def with_icl(data: xr.Dataset) -> list[Ability]:
    """Describe the runs in which icl appears."""
    return [run for run in abilities(data.transpose("run", "sequences")) if run.appears]


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Wherever icl appears it fades."""
    runs = with_icl(data)
    return (fading_part(FADES, runs) if runs else FADES.part(float("nan"), 0, NONE),)


def note(data: xr.Dataset) -> str:
    """Say how long the way from the peak to half of it is."""
    ratios = [run.slope.end / run.peak_time for run in with_icl(data) if run.slope.reached and run.peak_time]
    if not ratios:
        return ""
    low, middle, high = np.quantile(ratios, [0.05, 0.5, 0.95])
    return f"icl is half gone after {middle:.2f} times the time to its peak (runs: {low:.2f} to {high:.2f})"


TIMESCALE = experiment(
    "transience.timescale",
    ["whole", "exemplars", "classes", "width"],
    measure=measure,
    judge=judge,
    criterion=(FADES,),
    note=note,
)
