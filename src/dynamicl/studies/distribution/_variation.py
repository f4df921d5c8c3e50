"""Thesis figure 2.3: classes that always look the same are learnt by heart; noise or 20 drawings bring context back."""

import numpy as np
import xarray as xr

from dynamicl.studies._abilities import Ability, abilities, late_by_level, share_absent, trend_parts
from dynamicl.studies._curves import MOST
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import largest, share

from ._populations import experiment
from ._runs import curves, variation_axes
from ._settings import Setting

SAME = "1 drawing"
NEVER = Threshold(
    "share of runs on one drawing without noise, at any p(bursty), in which icl is never above chance",
    ">=",
    1.0,
)
APPEARS = Threshold("share of runs with noise or many drawings, all bursty, in which icl appears", ">=", MOST)
EASIER = Threshold(
    "largest rise, from one variation to the next, of the least p(bursty) at which icl appears", "<=", 0.0
)
IWL = Threshold("p of Jonckheere's test that final iwl falls with variation", "<", 0.05)
NOWHERE = 2.0
"""Stands for the least p(bursty) where icl appears at none."""


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Return the curves by `variation` (least first), `share` (p(bursty)) and `init`."""
    axes = variation_axes(scale)
    single = curves(trajectories["variation"], scale, axes).rename(noise="variation")
    every = curves(trajectories["burst"], scale, {"share": scale.shares, "init": scale.inits})
    whole = every.sel(share=list(axes["share"]), init=list(axes["init"]))
    names = [SAME, *(f"1 drawing, noise {noise:g}" for noise in scale.noises)]
    varied = whole.expand_dims(variation=[f"{scale.world.drawings} drawings"])
    return xr.concat([single.assign_coords(variation=names), varied], "variation", combine_attrs="override")


def least_share(data: xr.Dataset) -> float:
    """Return the least p(bursty) at which icl appears in at least half of the runs."""
    for place, level in enumerate(data["share"].values):
        runs = abilities(data.isel(share=[place]))
        if np.mean([run.appears for run in runs]) >= 0.5:
            return float(level)
    return NOWHERE


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """One drawing gives nothing in context; variation gives it, at a p(bursty) that falls with it; iwl falls too."""
    variations = [data.isel(variation=place) for place in range(data.sizes["variation"])]
    same = abilities(variations[0])
    bursty: list[Ability] = []
    for variation in variations[1:]:
        bursty += abilities(variation.isel(share=[-1]))
    needed = [least_share(variation) for variation in variations]
    return (
        NEVER.part(share_absent(same), len(same)),
        APPEARS.part(share([run.appears for run in bursty]), len(bursty)),
        EASIER.part(largest(np.diff(needed)), len(needed)),
        *trend_parts(late_by_level(data, "variation", "iwl"), "down", IWL),
    )


VARIATION = experiment(
    "distribution.variation",
    ["burst", "variation"],
    measure=measure,
    judge=judge,
    criterion=(NEVER, APPEARS, EASIER, IWL),
)
