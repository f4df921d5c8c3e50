"""The size guard: thins a trajectory until its arrays fit, and says what was left out.

What is largest gives way first. Maps lose checkpoints, then example sequences; curves lose steps. First and
last are kept.
"""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np
import xarray as xr

from ._arrays import pack

LEAST = {"checkpoint": 12, "example": 1, "step": 40}


def kind_of(dims: tuple[Hashable, ...]) -> str:
    """How exactly an array is kept: see `pack`."""
    if "query" in dims or "query_role" in dims:
        return "weight"
    return "measure" if "head" in dims or "checkpoint" in dims else "exact"


def pack_to_fit(dataset: xr.Dataset, limit: int) -> tuple[xr.Dataset, dict[str, dict], list[str]]:
    """Pack every array of a trajectory in at most `limit` bytes of text.

    Args:
        dataset: the trajectory, numeric variables only.
        limit: bytes.

    Returns:
        The dataset as kept, packed arrays by name, and sentences that say what was thinned.

    Raises:
        ValueError: when even the coarsest version does not fit.
    """
    whole = _sizes(dataset)
    packed: dict[str, dict] = {}
    while True:
        for name in map(str, dataset.data_vars):
            if name not in packed:
                values = dataset[name]
                packed[name] = pack(values.to_numpy(), values.dims, kind_of(values.dims))
        sizes = {name: len(record["data"]) for name, record in packed.items()}
        if sum(sizes.values()) <= limit:
            return dataset, packed, _notes(whole, _sizes(dataset))
        dim = _dim_to_thin(dataset, sizes)
        if dim is None:
            raise ValueError(
                f"`dataset` needs {sum(sizes.values())} bytes on the page even at {dict(dataset.sizes)}, the `limit` "
                f"leaves {limit}; choose fewer runs, `dataset.isel(run=slice(0, 16))`, or raise `limit`"
            )
        packed = {name: record for name, record in packed.items() if dim not in dataset[name].dims}
        dataset = dataset.isel({dim: _half(dataset.sizes[dim])})


def _dim_to_thin(dataset: xr.Dataset, sizes: dict[str, int]) -> str | None:
    for name in sorted(sizes, key=lambda n: -sizes[n]):
        for dim in ("checkpoint", "example", "step"):
            if dim in dataset[name].dims and dataset.sizes[dim] > LEAST[dim]:
                return dim
    return None


def _sizes(dataset: xr.Dataset) -> dict[str, int]:
    return {str(dim): size for dim, size in dataset.sizes.items()}


def _half(n: int) -> np.ndarray:
    """Every second index, ending with the last; the first alone when two are left."""
    if n == 2:
        return np.array([0])
    return np.unique(np.append(np.arange(0, n, 2), n - 1))


def _notes(whole: dict[str, int], kept: dict[str, int]) -> list[str]:
    words = {
        "checkpoint": "attention maps and circuits at {} of {} checkpoints",
        "example": "attention of {} of {} example sequences",
        "step": "curves at {} of {} recorded steps",
    }
    told = [
        text.format(kept[dim], whole[dim])
        for dim, text in words.items()
        if whole.get(dim, 0) > kept.get(dim, 0)
    ]
    return (
        [f"Thinned to keep this page small: {'; '.join(told)}. The store holds everything."] if told else []
    )
