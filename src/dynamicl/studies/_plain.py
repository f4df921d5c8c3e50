"""A dataset as plain JSON: small, readable by anyone, five significant digits, no types."""

from typing import Any

import msgspec
import numpy as np
import xarray as xr

DIGITS = 5


class Array(msgspec.Struct):
    """An array: its dimensions, and its values as nested lists."""

    dims: list[str]
    values: Any


class Plain(msgspec.Struct):
    """A dataset: arrays by name."""

    variables: dict[str, Array]
    coords: dict[str, Array]
    attrs: dict[str, Any]


def to_plain(data: xr.Dataset) -> Plain:
    """Write a dataset down; what is not finite becomes null."""
    variables = {str(name): _array(values) for name, values in data.data_vars.items()}
    coords = {str(name): _array(values) for name, values in data.coords.items()}
    return Plain(variables, coords, {str(name): value for name, value in data.attrs.items()})


def from_plain(plain: Plain) -> xr.Dataset:
    """Read a dataset.

    Raises:
        ValueError: dimensions and values do not fit each other.
    """
    variables = {name: (array.dims, _read(array)) for name, array in plain.variables.items()}
    coords = {name: (array.dims, _read(array)) for name, array in plain.coords.items()}
    return xr.Dataset(variables, coords, plain.attrs)


def as_kept(data: xr.Dataset) -> xr.Dataset:
    """Return a dataset as it will be read from its file, so that both are judged alike."""
    return from_plain(msgspec.json.decode(msgspec.json.encode(to_plain(data)), type=Plain))


def _array(array: xr.DataArray) -> Array:
    return Array([str(dim) for dim in array.dims], _values(array.values))


def _read(array: Array) -> np.ndarray:
    kind = _type(array.values)
    if kind is float:
        return np.array(_without_null(array.values), float)
    return np.array(array.values, kind)


def _without_null(values: Any) -> Any:
    if isinstance(values, list):
        return [_without_null(value) for value in values]
    return np.nan if values is None else values


def _values(values: np.ndarray) -> Any:
    """Return nested lists; floating-point numbers with five significant digits, null where not finite."""
    if values.ndim:
        return [_values(np.asarray(value)) for value in values]
    if np.issubdtype(values.dtype, np.floating):
        return float(f"{float(values):.{DIGITS}g}") if np.isfinite(values) else None
    return values.item() if values.dtype.kind in "iub" else str(values)


def _type(values: Any) -> Any:
    """Return the type of nested lists: that of the first value that is not null."""
    first = next((value for value in _flat(values) if value is not None), None)
    # A boolean is an integer too, so it comes first; no value at all is NaN.
    return next((kind for kind in (str, bool, int) if isinstance(first, kind)), float)


def _flat(values: Any) -> Any:
    if not isinstance(values, list):
        yield values
        return
    for value in values:
        yield from _flat(value)
