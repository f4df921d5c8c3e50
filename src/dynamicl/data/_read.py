"""Arrays by name from NPZ, HDF5 and Zarr files; nothing is ever unpickled."""

import contextlib
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np

_DAMAGE = (
    OSError,
    ValueError,
    KeyError,
    EOFError,
    RuntimeError,
    NotImplementedError,
    zipfile.BadZipFile,
    zlib.error,
)


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
        if not isinstance(content, np.lib.npyio.NpzFile):
            raise ValueError("one bare array: save it with numpy.savez")
        names = list(content.files)
        if key is not None and key not in names:
            return dict.fromkeys(names, np.empty(0))
        return {name: content[name] for name in _wanted(names, key)}


def _hdf5(path: Path, key: str | None) -> dict[str, np.ndarray]:
    import h5py

    with h5py.File(path, "r") as content:
        names: list[str] = []
        content.visititems(lambda name, item: names.append(name) if isinstance(item, h5py.Dataset) else None)
        if key is not None and key not in names:
            return dict.fromkeys(names, np.empty(0))
        return {name: np.asarray(content[name][()]) for name in _wanted(names, key)}


def _zarr(path: Path, key: str | None) -> dict[str, np.ndarray]:
    import zarr

    # Asked first, for a ZipStore that never opened cannot be closed.
    if path.is_file() and not zipfile.is_zipfile(path):
        raise ValueError("neither a folder nor a ZIP file")
    store = zarr.storage.ZipStore(path, mode="r") if path.is_file() else zarr.storage.LocalStore(path)
    with contextlib.closing(store):
        content = zarr.open(store, mode="r")
        if not isinstance(content, zarr.Group):
            return {key or "array": np.asarray(content[...])}
        arrays = {
            name: item for name, item in content.members(max_depth=None) if isinstance(item, zarr.Array)
        }
        if key is not None and key not in arrays:
            return dict.fromkeys(arrays, np.empty(0))
        return {name: np.asarray(arrays[name][...]) for name in _wanted(list(arrays), key)}
