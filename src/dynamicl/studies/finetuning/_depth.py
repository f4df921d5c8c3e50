"""`finetuning.depth`: similarity is higher in the last layers."""

import numpy as np
import scipy
import xarray as xr

from dynamicl.studies._parts import Part, Threshold

from ._from_cells import FromCells
from ._results import TOKEN
from ._summary import judgeable, mean_part, summary, undecided_because

RISES = Threshold("Spearman's rho of layer and SimAOU, mean over task and seed", ">", 0.0)
FEWEST_LAYERS = 3


def cut(cells: xr.Dataset) -> xr.Dataset:
    """Keep SimAOU by layer of the original model, at both tokens."""
    layers = cells["layer_similarity"].sel(measure="outputs", drop=True).reindex(variant=["original"])
    by_layer = layers.sel(variant="original", drop=True).transpose("token", "task", "seed", "layer")
    return summary(cells, ("outputs",), ("original",)).assign(by_layer=by_layer)


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """The mean correlation is above 0, one a cell, on the tasks that can be judged.

    Args:
        data: of `cut`.
    """
    layers = data["by_layer"].sel(token=TOKEN, task=judgeable(data)).transpose(..., "layer")
    rows = layers.values.reshape(-1, layers.sizes["layer"])
    return (mean_part(RISES, np.array([rho(row) for row in rows]), undecided_because(data)),)


def rho(by_layer: np.ndarray) -> float:
    """Return Spearman's correlation of a similarity with the layer's number; layers without one are left out.

    Args:
        by_layer: (layer,).
    """
    known = np.isfinite(by_layer)
    if known.sum() < FEWEST_LAYERS:
        return float("nan")
    return float(scipy.stats.spearmanr(np.flatnonzero(known), by_layer[known]).statistic)


DEPTH = FromCells("finetuning.depth", cut, judge, (RISES,))
