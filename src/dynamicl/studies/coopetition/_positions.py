"""Thesis figure D.2: with sinusoidal or rotary positions two layers learn nothing in context."""

import xarray as xr

from dynamicl.studies._abilities import share_absent
from dynamicl.studies._curves import curves
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._passages import ENDS, passages
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import mean
from dynamicl.studies._world_setting import few

from ._populations import experiment
from ._runs import POSITIONS
from ._settings import Setting

NEVER = {
    scheme: Threshold(f"share of runs with {scheme} positions in which icl is never above chance", ">=", 1.0)
    for scheme in POSITIONS
}
KNOWN = {
    scheme: Threshold(f"ciwl at the end with {scheme} positions, mean over runs", ">", ENDS["laptop"][1])
    for scheme in POSITIONS
}


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Return the curves by `positions` and `init`."""
    return curves(trajectories["positions"], scale, positions=POSITIONS, init=few(scale))


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Neither scheme learns in context, and both look labels up."""
    n = data.sizes["init"]
    never, known = [], []
    for scheme in POSITIONS:
        runs = passages(data.sel(positions=scheme))
        never.append(NEVER[scheme].part(share_absent([run.ability for run in runs]), n))
        known.append(KNOWN[scheme].part(mean([run.looked_up for run in runs]), n))
    return (*never, *known)


PLACES = experiment(
    "coopetition.positions",
    ["positions"],
    measure=measure,
    judge=judge,
    criterion=(*NEVER.values(), *KNOWN.values()),
)
