"""Named arrays in one zip file of zarr arrays, bit for bit: the only format in which the store keeps numbers.

Any zarr 3 reader opens a piece. What zarr's format has no fixed type for is kept as plain bytes with the real
type beside it: bfloat16 and its relatives as unsigned integers, text as UTF-8. Nothing is ever unpickled.
"""

import contextlib
import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import ml_dtypes
import numpy as np
import zarr
from zarr.storage import ZipStore

from dynamicl.files import check_codecs, check_size

from ._errors import StoreError
from ._loop import run

# A chunk a run lets one run be read, and be found damaged, alone; but a file of 256 runs' biases would be all
# directory, so small rows share a chunk up to this many bytes.
_CHUNK_BYTES = 1 << 14

_SIZES = (8, 16, 32, 64)
_PLAIN = frozenset(
    ["bool", "float16", "float32", "float64", "complex64", "complex128"]
    + [f"{sign}{size}" for sign in ("int", "uint") for size in _SIZES]
)
_TEXT = "text"


class Encoded(NamedTuple):
    """One array as it lies in the file.

    Attributes:
        values: what zarr keeps, C order, little endian; text has one more axis, of bytes.
        kind: the type that it stands for: a NumPy or ml_dtypes name, or "text".
        dims: names of the axes of the decoded array, or none.
        attributes: JSON-able remarks (units).
    """

    values: np.ndarray
    kind: str
    dims: tuple[str, ...] | None = None
    attributes: Mapping[str, Any] = {}


def encode(
    name: str, value: Any, dims: Sequence[str] | None = None, attributes: Mapping[str, Any] = {}
) -> Encoded:
    """Bring an array into the form in which it is kept.

    Args:
        name: its name, for the error.
        value: anything NumPy makes an array of without guessing: numbers, booleans, bfloat16, text.
        dims: names of its axes.
        attributes: JSON-able remarks.

    Returns:
        The array to hand to `write_arrays`.

    Raises:
        StoreError: it is no array, or of a type that a store does not keep.
    """
    try:
        array = np.asarray(value)
    except (TypeError, ValueError) as error:
        raise StoreError(
            f"`{name}` cannot be made an array ({error}); give numbers, booleans or text"
        ) from error
    kind = array.dtype.name
    names = None if dims is None else tuple(dims)
    if array.dtype.kind == "U":
        return Encoded(_text_to_bytes(array), _TEXT, names, attributes)
    if array.dtype.kind in "TO" and all(isinstance(text, str) for text in array.astype(object).flat):
        text = np.array(array.ravel().tolist(), dtype=np.str_).reshape(array.shape)
        return Encoded(_text_to_bytes(text), _TEXT, names, attributes)
    if kind in _PLAIN:
        return Encoded(_plain(array), kind, names, attributes)
    if _is_ml_dtype(array.dtype):
        return Encoded(_plain(array).view(f"u{array.dtype.itemsize}"), kind, names, attributes)
    raise StoreError(
        f"`{name}` has dtype {array.dtype}, which a store does not keep; "
        "give numbers, booleans, bfloat16 or text (for PRNG keys: `jax.random.key_data(key)`)"
    )


def decode(encoded: Encoded) -> np.ndarray:
    """Undo `encode`.

    Args:
        encoded: an array as it lies in the file.

    Returns:
        The array with its own type.
    """
    if encoded.kind == _TEXT:
        return _bytes_to_text(encoded.values)
    if encoded.kind in _PLAIN:
        return encoded.values
    return encoded.values.view(np.dtype(getattr(ml_dtypes, encoded.kind)))


def digest(arrays: Mapping[str, Encoded]) -> str:
    """Hash names, types, shapes and bytes.

    Args:
        arrays: what a piece holds, in any order.

    Returns:
        SHA-256 in hexadecimal.
    """
    total = hashlib.sha256()
    for name in sorted(arrays):
        _feed(total, name, arrays[name].kind, arrays[name].values)
    return total.hexdigest()


def digest_rows(arrays: Mapping[str, Encoded]) -> list[str]:
    """Hash names, types, shapes and bytes of each row (run) by itself.

    Args:
        arrays: arrays with one common leading axis.

    Returns:
        SHA-256 in hexadecimal, one a row.
    """
    rows = len(next(iter(arrays.values())).values)
    totals = [hashlib.sha256() for _ in range(rows)]
    for name in sorted(arrays):
        for total, row in zip(totals, arrays[name].values, strict=True):
            _feed(total, name, arrays[name].kind, np.asarray(row))
    return [total.hexdigest() for total in totals]


def write_arrays(
    path: Path,
    arrays: Mapping[str, Encoded],
    attributes: Mapping[str, Any] = {},
    *,
    by_row: bool = False,
    compress: bool = False,
) -> None:
    """Write one zip file of zarr arrays.

    Args:
        path: the file; one that exists is replaced.
        arrays: what to write.
        attributes: JSON-able, kept in the file.
        by_row: cut the arrays along their first axis so that a row can be read alone.
        compress: with zstd; weights do not shrink enough to be worth it, records do.
    """
    store = ZipStore(path, mode="w")
    try:
        run(_write_all(store, arrays, attributes, by_row, compress))
    except BaseException:
        # The file is lost already; what closing it says after that hides the reason.
        with contextlib.suppress(Exception):
            store.close()
        raise
    store.close()


def read_arrays(path: Path, row: int | None = None) -> tuple[dict[str, Encoded], dict[str, Any]]:
    """Read a file of `write_arrays`.

    Args:
        path: the file.
        row: read this row of the first axis only.

    Returns:
        The arrays, and the attributes of the file.
    """
    return run(_read_all(path, row))


def read_attributes(path: Path) -> dict[str, Any]:
    """Read the attributes of a file of `write_arrays` and nothing else.

    Args:
        path: the file.

    Returns:
        What was given as `attributes`.
    """
    return run(_read_some(path))


async def _write_all(
    store: ZipStore,
    arrays: Mapping[str, Encoded],
    attributes: Mapping[str, Any],
    by_row: bool,
    compress: bool,
) -> None:
    # Quoted, because a name may hold a slash or be all dots; numbered, because zarr reserves some beginnings.
    keys = {name: f"{number:03d}.{quote(name, safe='')}" for number, name in enumerate(arrays)}
    group = await zarr.AsyncGroup.from_store(store, attributes={**attributes, "arrays": keys})
    for name, array in arrays.items():
        await _write_one(group, keys[name], array, by_row, compress)


async def _write_one(group: zarr.AsyncGroup, key: str, array: Encoded, by_row: bool, compress: bool) -> None:
    values = array.values
    chunks = [max(1, size) for size in values.shape]
    if by_row and values.ndim:
        row_bytes = max(1, values.nbytes // max(1, len(values)))
        chunks[0] = min(chunks[0], -(-_CHUNK_BYTES // row_bytes))
    dims = array.dims
    if dims is not None and array.kind == _TEXT:
        dims = (*dims, "utf8")
    created = await group.create_array(
        key,
        shape=values.shape,
        dtype=values.dtype,
        chunks=tuple(chunks) if values.ndim else "auto",
        compressors="auto" if compress else None,
        dimension_names=dims,
        attributes={"kind": array.kind, "attributes": dict(array.attributes)},
        # By default zarr leaves out a chunk equal to zero, and -0.0 is equal to zero.
        config={"write_empty_chunks": True},
    )
    if values.size:
        await created.setitem(..., values)


async def _open(store: Any) -> tuple[Any, dict[str, Any], dict[str, str]]:
    group = await zarr.AsyncGroup.open(store, zarr_format=3)
    attributes: dict[str, Any] = dict(group.attrs)
    keys = attributes.pop("arrays")
    return group, attributes, keys


async def _read_all(path: Path, row: int | None) -> tuple[dict[str, Encoded], dict[str, Any]]:
    with await ZipStore.open(path, mode="r") as store:
        group, attributes, keys = await _open(store)
        arrays = {name: await group.getitem(key) for name, key in keys.items()}
        _check_claims(arrays, row, path.stat().st_size)
        return {name: await _read_one(array, row) for name, array in arrays.items()}, attributes


async def _read_some(path: Path) -> dict[str, Any]:
    with await ZipStore.open(path, mode="r") as store:
        return (await _open(store))[1]


def _check_claims(arrays: Mapping[str, Any], row: int | None, size: int) -> None:
    """Hold codecs and sizes of all arrays against what is allowed and what there is, before any is read."""
    total = 0
    for name, array in arrays.items():
        compressed = check_codecs(name, [codec.to_dict() for codec in array.metadata.codecs])
        shape = array.shape if row is None else array.shape[1:]
        total += check_size(name, shape, array.dtype.itemsize, None if compressed else size)
    check_size("all arrays together", (total,), 1)


async def _read_one(array: Any, row: int | None) -> Encoded:
    values = np.asarray(await array.getitem(... if row is None else row), order="C")
    kind = array.attrs["kind"]
    dims = array.metadata.dimension_names
    if dims is not None and kind == _TEXT:
        dims = dims[:-1]
    return Encoded(values, kind, dims, array.attrs["attributes"])


def _feed(total: Any, name: str, kind: str, values: np.ndarray) -> None:
    total.update(json.dumps([name, kind, values.shape]).encode())
    total.update(np.asarray(values, order="C").reshape(-1).view(np.uint8).data)


def _plain(array: np.ndarray) -> np.ndarray:
    return np.asarray(array, dtype=array.dtype.newbyteorder("<"), order="C")


def _is_ml_dtype(dtype: np.dtype) -> bool:
    return getattr(ml_dtypes, dtype.name, None) is dtype.type


def _text_to_bytes(array: np.ndarray) -> np.ndarray:
    encoded = np.strings.encode(array, "utf-8", "surrogatepass")
    encoded = np.asarray(encoded, dtype=f"S{max(1, encoded.dtype.itemsize)}", order="C")
    return encoded.reshape(*array.shape, 1).view(np.uint8)


def _bytes_to_text(values: np.ndarray) -> np.ndarray:
    joined = np.asarray(values, order="C").view(f"S{values.shape[-1]}")[..., 0]
    return np.asarray(np.strings.decode(joined, "utf-8", "surrogatepass"))
