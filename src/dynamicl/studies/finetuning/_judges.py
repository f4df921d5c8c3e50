"""The judge of every claim of this study."""

from collections.abc import Callable, Mapping

import xarray as xr

from .._parts import Part
from . import (
    _baseline,
    _construction,
    _depth,
    _dual,
    _labels,
    _linear,
    _map_up,
    _per_layer_map,
    _recall,
    _table1,
    _table2,
)

Judge = Callable[[xr.Dataset], tuple[Part, ...]]

JUDGES: Mapping[str, Judge] = {
    "finetuning.table1": _table1.judge,
    "finetuning.table2": _table2.judge,
    "finetuning.recall": _recall.judge,
    "finetuning.labels": _labels.judge,
    "finetuning.linear": _linear.judge,
    "finetuning.map_up": _map_up.judge,
    "finetuning.per_layer_map": _per_layer_map.judge,
    "finetuning.depth": _depth.judge,
    "finetuning.baseline": _baseline.judge,
}
"""By claim; each takes the dataset of `read_cells`."""

EQUATIONS: Mapping[str, tuple[Callable[..., xr.Dataset], Judge]] = {
    "finetuning.dual": (_dual.measure, _dual.judge),
    "finetuning.construction": (_construction.measure, _construction.judge),
}
"""By claim; measurement and judge of what needs no language model."""
