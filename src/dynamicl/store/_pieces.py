"""Reading committed pieces: every byte is checked against the hash in the index before anyone uses it."""

import errno
import hashlib
import os
import stat
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import xarray as xr

from dynamicl.specs import SpecError

from ._arrays import Encoded, digest, digest_rows, read_arrays, read_attributes
from ._checks import check_series
from ._datasets import decode_dataset
from ._errors import DamagedError, StoreError
from ._index import PIECES, Piece

_Read = TypeVar("_Read")


def digest_of_rows(hashes: Sequence[str]) -> str:
    """Hash the hashes of a checkpoint's runs, so that the index stays small however many runs there are.

    Args:
        hashes: SHA-256 in hexadecimal, one a run.

    Returns:
        SHA-256 in hexadecimal.
    """
    return hashlib.sha256("".join(hashes).encode()).hexdigest()


def read_piece(folder: Path, piece: Piece) -> tuple[dict[str, Encoded], dict[str, Any]]:
    """Read a piece that is not a checkpoint.

    Args:
        folder: the store's folder.
        piece: which.

    Returns:
        Its arrays and attributes.

    Raises:
        StoreError: it is damaged or cannot be read.
    """
    path = folder / PIECES / piece.file
    read = _guarded(path, _describe(piece), lambda: read_arrays(path))
    if digest(read[0]) != piece.hash:
        raise _damaged(path, _describe(piece), "its content does not have the hash that was committed")
    return read


def read_dataset(folder: Path, piece: Piece, dim: str, runs: Sequence[str]) -> xr.Dataset:
    """Read a piece of a series, and see that it is one: hashes say that it is whole, not what it holds.

    Args:
        folder: the store's folder.
        piece: which.
        dim: "step" or "checkpoint", along which the series grows.
        runs: hashes of the runs.

    Returns:
        Its dataset.

    Raises:
        StoreError: it is damaged, cannot be read, or holds no such dataset.
    """
    arrays, attributes = read_piece(folder, piece)
    try:
        dataset = decode_dataset(arrays, attributes)
        check_series(dataset, dim, (piece.first, piece.last), runs)
    except (StoreError, ValueError, TypeError, KeyError, IndexError, OverflowError) as error:
        raise _damaged(folder / PIECES / piece.file, _describe(piece), str(error)) from error
    return dataset


def read_checkpoint(
    folder: Path, piece: Piece, runs: Sequence[str], row: int | None = None
) -> Mapping[str, Encoded]:
    """Read the weights of all runs or of one.

    Args:
        folder: the store's folder.
        piece: which checkpoint.
        runs: names of the runs, for the error.
        row: index of the only run to read.

    Returns:
        Arrays with leading axis run, or without for one run.

    Raises:
        StoreError: the weights asked for are damaged; says of which runs.
    """
    path = folder / PIECES / piece.file
    what = _describe(piece)
    hashes = read_hashes(folder, piece)
    if row is not None:
        what = f"{what} of run {runs[row]}"
        arrays = _guarded(path, what, lambda: read_arrays(path, row)[0])
        if digest(arrays) != hashes[row]:
            raise _damaged(path, what, "its content does not have the hash that was committed")
        return arrays
    try:
        arrays = _guarded(path, what, lambda: read_arrays(path)[0])
        bad = [
            run for run, found, kept in zip(runs, digest_rows(arrays), hashes, strict=True) if found != kept
        ]
        if not bad:
            return arrays
    except StoreError:
        bad = [run for number, run in enumerate(runs) if not _is_whole(folder, piece, runs, number)]
        if not bad:
            raise
    listed = f"{what} of run{'s' if len(bad) > 1 else ''} {', '.join(bad)}"
    raise _damaged(path, listed, "the content does not have the hash that was committed")


def read_hashes(folder: Path, piece: Piece) -> list[str]:
    """Read the content hash of each run of a checkpoint, without its weights.

    Args:
        folder: the store's folder.
        piece: which checkpoint.

    Returns:
        SHA-256 in hexadecimal, one a run.

    Raises:
        StoreError: the file is damaged.
    """
    path = folder / PIECES / piece.file
    hashes = _guarded(path, _describe(piece), lambda: list(read_attributes(path)["hashes"]))
    if digest_of_rows(hashes) != piece.hash:
        raise _damaged(path, _describe(piece), "its list of hashes is not the one that was committed")
    return hashes


def require_regular(path: Path) -> None:
    """Refuse to open what is no regular file: a pipe blocks for ever, a device never ends.

    Args:
        path: of a piece; a link to a regular file is one.

    Raises:
        FileNotFoundError: it is not there.
        StoreError: it is something else.
    """
    if not stat.S_ISREG(path.stat().st_mode):
        raise StoreError(
            f"{path} is no regular file; restore it from a copy, or delete the store and train again"
        )


def _is_whole(folder: Path, piece: Piece, runs: Sequence[str], row: int) -> bool:
    try:
        read_checkpoint(folder, piece, runs, row)
    except StoreError:
        return False
    return True


def _guarded(path: Path, what: str, read: Callable[[], _Read]) -> _Read:
    """Read, and give every complaint about the file the same form; a file that is gone stays FileNotFoundError.

    A writer may have merged it away, in which case the store reads its index again.
    """
    try:
        require_regular(path)
        return read()
    except StoreError:
        raise
    except FileNotFoundError as error:
        # zarr says this, without a name, of a file that is there and holds no arrays.
        if path.exists():
            raise _damaged(path, what, "it holds no arrays") from error
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path)) from None
    except SpecError as error:
        raise _damaged(path, what, str(error)) from None
    except MemoryError as error:
        raise StoreError(
            f"{what} does not fit into memory ({path}); read one run of it, or free some memory"
        ) from error
    except OSError as error:
        raise StoreError(
            f"{what} cannot be read ({path}: {error.strerror or error}); check its permissions and its disk"
        ) from error
    except Exception as error:
        # zipfile, zarr, json and the codecs each have exceptions of their own for a damaged file.
        why = f"{type(error).__name__}: {error}".splitlines()[0]
        raise _damaged(path, what, why) from error


def _damaged(path: Path, what: str, why: str) -> DamagedError:
    return DamagedError(
        f"{what} is damaged ({path}: {why}); restore the file from a copy, use another step, or delete the store and "
        "train again"
    )


def _describe(piece: Piece) -> str:
    if piece.first == piece.last:
        return f"the {piece.kind} at step {piece.last}"
    return f"the {piece.kind} of steps {piece.first} to {piece.last}"
