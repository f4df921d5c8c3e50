"""Datasets kept by the hash of what they were made from: results that are no trajectory.

One file each: a SHA-256 of the rest, then NumPy arrays and an index with dimensions and the spec. Nothing is unpickled.
"""

import hashlib
import io
import json
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import xarray as xr

from dynamicl.files import write_atomically
from dynamicl.specs import SpecError, check

INDEX = "index"
DIGEST = 64
"""Hexadecimal digits of the hash at the start of a file."""


class _Index(msgspec.Struct):
    """What stands beside the arrays.

    Attributes:
        spec: JSON of what the dataset was made from.
        variables: names of the data variables, in order.
        dims: dimensions of variables and coordinates.
        attrs: of the dataset.
    """

    spec: str
    variables: list[str]
    dims: dict[str, list[str]]
    attrs: dict[str, Any]


def write_cached(path: Path, spec: str, data: xr.Dataset) -> None:
    """Write a dataset of numbers and texts.

    Args:
        path: the file.
        spec: JSON of what it was made from.
        data: the dataset.

    Raises:
        SpecError: a variable holds Python objects, which no file of arrays can keep.
    """
    for name, variable in data.variables.items():
        check(
            variable.dtype.kind in "biufcUS",
            f"`{name}` holds `{variable.dtype}`: results are kept as numbers, flags or texts",
        )
    dims = {str(name): list(map(str, variable.dims)) for name, variable in data.variables.items()}
    index = _Index(spec, [str(name) for name in data.data_vars], dims, dict(data.attrs))
    content = io.BytesIO()
    arrays = {f"array/{name}": variable.values for name, variable in data.variables.items()}
    arrays[INDEX] = np.frombuffer(msgspec.json.encode(index), np.uint8)
    # Types do not know that an array's name is never `allow_pickle`.
    np.savez(content, **arrays)  # type: ignore[arg-type]
    digest = hashlib.sha256(content.getvalue()).hexdigest()
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, digest.encode() + content.getvalue())


def read_cached(path: Path, spec: str) -> xr.Dataset:
    """Read what `write_cached` wrote.

    Raises:
        SpecError: the file is damaged, or was made from something else.
    """
    content = path.read_bytes()
    digest, content = content[:DIGEST], content[DIGEST:]
    if hashlib.sha256(content).hexdigest().encode() != digest:
        raise SpecError(f"the kept result `{path}` is damaged: delete it, and it is computed again")
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        index = msgspec.json.decode(arrays[INDEX].tobytes(), type=_Index)
        check(
            json.loads(index.spec) == json.loads(spec),
            f"the kept result `{path}` was made from another spec: delete it, and it is computed again",
        )
        variables = {name: (dims, arrays[f"array/{name}"]) for name, dims in index.dims.items()}
    measured = {name: variables[name] for name in index.variables}
    coords = {name: pair for name, pair in variables.items() if name not in measured}
    return xr.Dataset(measured, coords, index.attrs)
