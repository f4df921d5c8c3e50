"""Thesis figure 5.3: layer-2 heads attend to the right label wherever it stands, and the answer follows attention."""

import numpy as np
import xarray as xr

from dynamicl.clamps import Clamp, Pattern, cut, keep_heads
from dynamicl.studies._lab import Lab
from dynamicl.studies._laptop_world import HEADS
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories

from ._networks import accuracies, label_attention, last_networks, spearman
from ._populations import experiment
from ._settings import Setting

WEIGHTS = np.linspace(0, 1, 21)
PLACES = ("first pair", "second pair")
ATTENDS = Threshold("attention to the right label minus to the other, least over heads and places", ">", 0.3)
FOLLOWS = Threshold(
    "Spearman's correlation of the weight on the right label with accuracy, least over heads", ">", 0.95
)
DIRECT = Threshold("ciwl lost without layer 1's path to the output", "<", 0.01)


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Look at the long run's last network on ciwl sequences.

    Returns:
        `right`, `other` (place, head): attention; `clamped` (head, weight): accuracy with one layer-2 head, held to the
        labels; `whole`, `cut`: accuracy, and without layer 1's path to the output.
    """
    loaded = last_networks(trajectories["long"])
    seen = label_attention(loaded, "ciwl", scale.sample)
    places = (~seen.second, seen.second)
    right = np.stack([seen.right[0][place].mean(axis=0) for place in places])
    other = np.stack([seen.other[0][place].mean(axis=0) for place in places])
    sets = [_held(head, weight) for head in range(HEADS) for weight in WEIGHTS]
    clamped = accuracies(loaded, "ciwl", scale.sample, sets)[0].reshape(HEADS, len(WEIGHTS))
    whole, without = accuracies(loaded, "ciwl", scale.sample, [(), cut(0)])[0]
    return xr.Dataset(
        {
            "right": (("place", "head"), right),
            "other": (("place", "head"), other),
            "clamped": (("head", "weight"), clamped),
            "whole": ((), float(whole)),
            "cut": ((), float(without)),
        },
        {"place": list(PLACES), "head": range(HEADS), "weight": WEIGHTS},
    )


def _held(head: int, weight: float) -> tuple[Clamp, ...]:
    """Leave one layer-2 head, which pays so much to the right label and the rest to the other."""
    value = Pattern("induction", float(weight))
    site = "layers.1.attn.pattern"
    return (*keep_heads(1, [head], HEADS), Clamp(site, value, heads=(head,), queries=("query",)))


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Every head attends to the right label in either place, and the answer follows."""
    clamped = data["clamped"].transpose("head", "weight").values
    links = [spearman(WEIGHTS, curve) for curve in clamped]
    # All are heads of one network.
    return (
        ATTENDS.part(float((data["right"] - data["other"]).min()), 1),
        FOLLOWS.part(min(links), 1),
        DIRECT.part(float(data["whole"] - data["cut"]), 1),
    )


SKIP_TRIGRAM = experiment(
    "coopetition.skip_trigram",
    ["long"],
    measure=measure,
    judge=judge,
    criterion=(ATTENDS, FOLLOWS, DIRECT),
)
