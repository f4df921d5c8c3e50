"""`finetuning.depth`: similarity is higher in the last layers."""

import numpy as np
import scipy
import xarray as xr

from .._parts import Part
from ._estimates import judged_tasks, mean_part, undecided
from ._results import TOKEN
from ._setting import TASKS

LEAST_RHO = 0.0
NAME = "Spearman's rho of layer and SimAOU, mean over task and seed"


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Judge the correlation, one a cell of the original model.

    Args:
        data: of `read_cells`.
    """
    tasks, why = judged_tasks(data, TASKS)
    if why:
        return undecided(NAME, ">", LEAST_RHO, why)
    layers = data["layer_similarity"].sel(measure="outputs", token=TOKEN, variant="original", task=tasks)
    return (mean_part(NAME, np.array([rho(cell) for cell in _rows(layers)]), ">", LEAST_RHO),)


def rho(by_layer: np.ndarray) -> float:
    """Return Spearman's correlation of a similarity with the layer's number; layers without one are left out.

    Args:
        by_layer: (layer,).
    """
    known = np.isfinite(by_layer)
    if known.sum() < 3:
        return float("nan")
    return float(scipy.stats.spearmanr(np.flatnonzero(known), by_layer[known]).statistic)


def _rows(layers: xr.DataArray) -> np.ndarray:
    return layers.transpose(..., "layer").values.reshape(-1, layers.sizes["layer"])
