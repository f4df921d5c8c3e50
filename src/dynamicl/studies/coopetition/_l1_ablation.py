"""Thesis 5.9.2: without its previous-token heads, in-context learning is at chance at every checkpoint of its time."""

import numpy as np
import xarray as xr

from dynamicl.clamps import ablate_heads
from dynamicl.lab import load_many
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._passages import PRESENT
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import largest
from dynamicl.studies._world_setting import few

from ._networks import SILENT, accuracies, serving_heads, upper
from ._populations import experiment
from ._settings import Setting

SILENCED = Threshold(
    "upper 95 % bound of icl without the heads, largest over the checkpoints with icl above .6", "<", SILENT
)


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Ablate each run's previous-token heads at all its checkpoints.

    Returns:
        `icl` and `ablated` (init, sequences): in-context accuracies; `off` (init, head); attribute `evaluated`.
    """
    whole, inits = trajectories["whole"], few(scale)
    tables, off = [], []
    for run in range(len(inits)):
        heads = serving_heads(scale, whole, run)
        loaded = load_many(whole, [(run, step) for step in whole.checkpoints])
        tables.append(accuracies(loaded, "icl", scale.sample, [(), ablate_heads(0, heads)]))
        off.append([head in heads for head in range(8)])
    scores = np.array(tables)
    dims = ("init", "sequences")
    return xr.Dataset(
        {"icl": (dims, scores[..., 0]), "ablated": (dims, scores[..., 1]), "off": (("init", "head"), off)},
        {"init": list(inits), "sequences": np.array(whole.checkpoints) * scale.world.batch},
        {"evaluated": scale.sample},
    )


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Nothing is left of it at any checkpoint of its time."""
    present = data["icl"].values > PRESENT
    bounds = upper(data["ablated"].values, int(data.attrs["evaluated"]))
    missing = "" if present.any(axis=1).all() else "icl is not above .6 at a checkpoint of every run"
    return (SILENCED.part(largest(bounds[present]), data.sizes["init"], missing),)


L1_ABLATION = experiment(
    "coopetition.l1_ablation", ["whole"], measure=measure, judge=judge, criterion=(SILENCED,)
)
