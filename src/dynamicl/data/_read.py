"""Arrays by name from NPZ, HDF5 and Zarr files; nothing is ever unpickled."""

import contextlib
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from dynamicl.files import FORMAT_2, check_codecs, check_size, parse_json, read_regular
from dynamicl.specs import SpecError

_DAMAGE = (
    OSError,
    ValueError,
    KeyError,
    EOFError,
    RuntimeError,
    NotImplementedError,
    MemoryError,
    OverflowError,
    zipfile.BadZipFile,
    zlib.error,
)


_METADATA = 1 << 26
"""Bytes of the largest zarr.json that is read; one with all of a large group's arrays has kilobytes."""
_SMALL = 1 << 28
_MOST_RATIO = 200
"""Arrays above `_SMALL` bytes that compress better than this are bombs: features are noise to a compressor."""
FILE_ENDINGS = (".npz", ".h5", ".hdf5", ".zarr", ".zarr.zip")
"""How the names of feature files end, in any case."""


def read_arrays(path: Path, key: str | None) -> dict[str, np.ndarray]:
    """Read the arrays of a file.

    Args:
        path: A .npz, .h5, .hdf5, .zarr or .zarr.zip file.
        key: The array wanted, so that others in a large file need not be read; None for all.

    Returns:
        Arrays by name ("group/array" in nested files). If `key` is given and present, only that and
        `classes`; if it is absent, empty stand-ins for what there is, so that the caller can name the
        nearest.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: The ending is unknown, or the file cannot be read.
    """
    reader = _reader(path)
    if not path.exists():
        raise FileNotFoundError(
            f"`path` {str(path)!r} does not exist: give a file of features (class, exemplar, feature)"
        )
    try:
        return reader(path, key)
    except SpecError as error:
        raise ValueError(f"`path` {str(path)!r} cannot be used: {error}") from None
    except _DAMAGE as error:
        reason = " ".join(str(error).split())[:200]
        raise ValueError(
            f"`path` {str(path)!r} cannot be read ({reason}): it is damaged or of another format"
        ) from error


def _reader(path: Path) -> Callable[[Path, str | None], dict[str, np.ndarray]]:
    name = path.name.lower()
    for endings, reader in (((".npz",), _npz), ((".h5", ".hdf5"), _hdf5), ((".zarr", ".zarr.zip"), _zarr)):
        if name.endswith(endings):
            return reader
    raise ValueError(f"`path` {str(path)!r} has an unknown ending: give .npz, .h5, .hdf5, .zarr or .zarr.zip")


def _wanted(names: list[str], key: str | None) -> list[str]:
    return names if key is None else [name for name in names if name in (key, "classes")]


def _npz(path: Path, key: str | None) -> dict[str, np.ndarray]:
    # Opened here, for a file that is damaged at its head is left open by numpy.
    with path.open("rb") as stream:
        content = np.load(stream, allow_pickle=False)
        if not isinstance(content, np.lib.npyio.NpzFile) or content.zip is None:
            raise ValueError("one bare array: save it with numpy.savez")
        names = list(content.files)
        if key is not None and key not in names:
            return dict.fromkeys(names, np.empty(0))
        for name in _wanted(names, key):
            _check_member(content.zip, name)
        return {name: content[name] for name in _wanted(names, key)}


def _hdf5(path: Path, key: str | None) -> dict[str, np.ndarray]:
    import h5py

    with h5py.File(path, "r") as content:
        names: list[str] = []
        content.visititems(lambda name, item: names.append(name) if isinstance(item, h5py.Dataset) else None)
        if key is not None and key not in names:
            return dict.fromkeys(names, np.empty(0))
        for name in _wanted(names, key):
            _check_dataset(content[name], name)
        return {name: np.asarray(content[name][()]) for name in _wanted(names, key)}


def _check_member(archive: zipfile.ZipFile, name: str) -> None:
    """Hold what a member of an NPZ file claims against the memory and against what compression can do."""
    member = archive.getinfo(name if name in archive.namelist() else f"{name}.npy")
    check_size(name, (member.file_size,), 1)
    if member.file_size > _SMALL and member.file_size > _MOST_RATIO * max(1, member.compress_size):
        raise ValueError(
            f"array {name!r} would grow {member.file_size // max(1, member.compress_size):,}-fold, which no features do"
        )
    with archive.open(member) as stream:
        version = np.lib.format.read_magic(stream)
        read_header = (
            np.lib.format.read_array_header_1_0 if version[0] == 1 else np.lib.format.read_array_header_2_0
        )
        shape, _, dtype = read_header(stream)
    check_size(name, shape, dtype.itemsize, member.file_size)


def _check_dataset(dataset: Any, name: str) -> None:
    """Refuse an HDF5 dataset that lies in another file, or claims more than fits."""
    if dataset.external or dataset.is_virtual:
        raise ValueError(f"array {name!r} lies in another file: copy it into this one")
    check_size(name, dataset.shape or (), dataset.dtype.itemsize)


def _check_array(array: Any, name: str) -> None:
    check_size(name, array.shape, array.dtype.itemsize)


def _check_metadata(path: Path) -> None:
    """Refuse Zarr's format 2 and codecs that are not its own, before zarr itself reads any metadata."""
    if path.is_file():
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            described = [name for name in names if name.rpartition("/")[2] == "zarr.json"]
            texts = {name: _small(archive, name) for name in described}
    else:
        names = [inside.name for inside in path.rglob(".z*")]
        texts = {str(inside): read_regular(inside, _METADATA) for inside in path.rglob("zarr.json")}
    if any(name.rpartition("/")[2] in FORMAT_2 for name in names):
        raise ValueError(
            "Zarr format 2, whose metadata may name code to run, is not opened; save it with zarr_format=3"
        )
    for name, text in texts.items():
        _check_described(name, parse_json(text, Any, name, "save it again with zarr_format=3"))


def _small(archive: zipfile.ZipFile, name: str) -> bytes:
    """Read a member that describes arrays, if it is no larger than such a one can be."""
    if archive.getinfo(name).file_size > _METADATA:
        raise ValueError(f"{name} takes {archive.getinfo(name).file_size:,} bytes, which no description does")
    return archive.read(name)


def _check_described(name: str, described: Any) -> None:
    """Check the codecs of one array, or of all those that a group's consolidated metadata describe."""
    if isinstance(described, list):
        for item in described:
            _check_described(name, item)
    elif isinstance(described, dict):
        codecs = described.get("codecs")
        if isinstance(codecs, list):
            check_codecs(name, [codec for codec in codecs if isinstance(codec, dict)])
        for item in described.values():
            _check_described(name, item)


def _zarr(path: Path, key: str | None) -> dict[str, np.ndarray]:
    import zarr

    # Asked first, for a ZipStore that never opened cannot be closed.
    if path.is_file() and not zipfile.is_zipfile(path):
        raise ValueError("neither a folder nor a ZIP file")
    _check_metadata(path)
    store = zarr.storage.ZipStore(path, mode="r") if path.is_file() else zarr.storage.LocalStore(path)
    with contextlib.closing(store):
        content = zarr.open(store, mode="r", zarr_format=3)
        if not isinstance(content, zarr.Group):
            _check_array(content, key or "array")
            return {key or "array": np.asarray(content[...])}
        arrays = {
            name: item for name, item in content.members(max_depth=None) if isinstance(item, zarr.Array)
        }
        if key is not None and key not in arrays:
            return dict.fromkeys(arrays, np.empty(0))
        for name in _wanted(list(arrays), key):
            _check_array(arrays[name], name)
        return {name: np.asarray(arrays[name][...]) for name in _wanted(list(arrays), key)}
