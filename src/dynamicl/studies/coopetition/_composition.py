"""Thesis 5.5.3: layer 2 needs layer 1 in its values and keys, and hardly in its queries."""

import xarray as xr

from dynamicl.clamps import ablate_heads, preserve
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories

from ._networks import accuracies, last_networks
from ._populations import experiment
from ._settings import Setting

PARTS = {"values": ("q", "k"), "keys": ("q", "v"), "queries": ("k", "v")}
"""What layer 2 keeps from a clean pass while layer 1 is silent, by what it does not keep."""
VALUES = Threshold("ciwl lost without layer 1 in layer 2's values", ">", 0.2)
KEYS = Threshold("ciwl lost without layer 1 in layer 2's keys", ">", 0.2)
QUERIES = Threshold("ciwl lost without layer 1 in layer 2's queries", "<", 0.1)


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Return `accuracy` by `lacking` at the end of the long run, with nothing lacking first."""
    sets = [(), *(ablate_heads(0) + preserve(1, kept) for kept in PARTS.values())]
    scores = accuracies(last_networks(trajectories["long"]), "ciwl", scale.sample, sets)[0]
    return xr.Dataset({"accuracy": ("lacking", scores)}, {"lacking": ["nothing", *PARTS]})


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Values and keys are composed, queries hardly."""
    whole = float(data["accuracy"].sel(lacking="nothing"))
    parts = zip((VALUES, KEYS, QUERIES), PARTS, strict=True)
    return tuple(bar.part(whole - float(data["accuracy"].sel(lacking=name)), 1) for bar, name in parts)


COMPOSITION = experiment(
    "coopetition.composition",
    ["long"],
    measure=measure,
    judge=judge,
    criterion=(VALUES, KEYS, QUERIES),
)
