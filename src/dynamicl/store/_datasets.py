"""Labelled datasets as arrays in a file, and many pieces of a series as one dataset."""

from collections.abc import Mapping, Sequence
from typing import Any

import xarray as xr

from ._arrays import Encoded, decode, encode


def encode_dataset(dataset: xr.Dataset) -> tuple[dict[str, Encoded], dict[str, Any]]:
    """Take a dataset apart into arrays and attributes to keep.

    Args:
        dataset: numbers and text by dimension name.

    Returns:
        The arrays, and what else it takes to put them together again.
    """
    arrays = {
        str(name): encode(str(name), variable.values, list(map(str, variable.dims)), variable.attrs)
        for name, variable in dataset.variables.items()
    }
    return arrays, {"coordinates": [str(name) for name in dataset.coords], "attrs": dict(dataset.attrs)}


def decode_dataset(arrays: Mapping[str, Encoded], attributes: Mapping[str, Any]) -> xr.Dataset:
    """Put a dataset together again.

    Args:
        arrays: as from `encode_dataset`.
        attributes: as from `encode_dataset`.

    Returns:
        The dataset.
    """
    variables = {
        name: (array.dims or (), decode(array), dict(array.attributes)) for name, array in arrays.items()
    }
    coordinates = {name: variables.pop(name) for name in attributes["coordinates"]}
    return xr.Dataset(variables, coordinates, attributes["attrs"])


def concatenate(pieces: Sequence[xr.Dataset], dim: str) -> xr.Dataset:
    """Join the pieces of a series in their order.

    What a piece lacks is NaN there. Of a variable without the dimension `dim` the last piece's value holds.

    Args:
        pieces: at least one dataset.
        dim: "step" or "checkpoint".

    Returns:
        One dataset.
    """
    still = {
        name: variable
        for piece in pieces
        for name, variable in piece.data_vars.items()
        if dim not in variable.dims
    }
    moving = [piece.drop_vars(still, errors="ignore") for piece in pieces]
    moving = [piece for piece in moving if dim in piece.dims]
    if len(moving) > 1:
        joined = xr.concat(
            moving,
            dim,
            data_vars="all",
            coords="minimal",
            compat="override",
            join="outer",
            combine_attrs="override",
        )
    elif moving:
        joined = moving[0]
    else:
        joined = xr.Dataset()
    return joined.assign(still)
