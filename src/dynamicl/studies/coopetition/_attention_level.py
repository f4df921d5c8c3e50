"""Thesis 5.5.2: on average the right label gets well below all of the attention."""

import xarray as xr

from dynamicl.studies._lab import Lab
from dynamicl.studies._laptop_world import HEADS
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories

from ._networks import label_attention, last_networks
from ._populations import experiment
from ._settings import Setting

LEAST = Threshold("attention to the right label, mean over layer-2 heads and ciwl sequences", ">", 0.6)
MOST = Threshold("the same", "<", 0.95)


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Return `right` and `other` by head: mean attention on ciwl sequences in the long run's last network."""
    seen = label_attention(last_networks(trajectories["long"]), "ciwl", scale.sample)
    tables = {"right": ("head", seen.right[0].mean(axis=0)), "other": ("head", seen.other[0].mean(axis=0))}
    return xr.Dataset(tables, {"head": range(HEADS)})


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Mean attention lies between."""
    level = float(data["right"].mean())
    return LEAST.part(level, 1), MOST.part(level, 1)


ATTENTION_LEVEL = experiment(
    "coopetition.attention_level", ["long"], measure=measure, judge=judge, criterion=(LEAST, MOST)
)
