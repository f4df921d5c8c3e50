r"""Computed features on disk, by the hash of all that decides them.

The folder is that of the environment variable DYNAMICL_CACHE, else the platform's: ~/.cache/dynamicl (or
XDG_CACHE_HOME), ~/Library/Caches/dynamicl on macOS, %LOCALAPPDATA%\dynamicl\Cache on Windows. A file is
written beside its place and moved there in one step, so a reader never meets half of one. A cache is a
convenience: whatever fails in here costs the time to compute again, never the program. Nothing is pickled.
"""

import contextlib
import hashlib
import json
import logging
import math
import os
import stat
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

_OVERHEAD = 1 << 16
"""Bytes that a file takes beyond its numbers: headers, the key, the list of members."""

_log = logging.getLogger(__name__)


def cache_folder() -> Path:
    """Return the folder where computed features are kept; it need not exist."""
    named = os.environ.get("DYNAMICL_CACHE")
    if named:
        return Path(os.path.expanduser(named))
    # Not Path.home(), which raises where there is none.
    home = Path(os.path.expanduser("~"))
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / "dynamicl" / "Cache"
    if sys.platform == "darwin":
        return home / "Library" / "Caches" / "dynamicl"
    return Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache") / "dynamicl"


def clear_cache() -> int:
    """Delete all computed features from the cache folder.

    Returns:
        Number of files deleted. Other files in the folder are left alone.
    """
    deleted = 0
    for path in cache_folder().glob("features-*.npz"):
        with contextlib.suppress(OSError):
            path.unlink()
            deleted += 1
    return deleted


def content_key(content: dict[str, Any]) -> str:
    """Return the hash of JSON-able `content`, whatever the order of its keys."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def recall(key: str, shape: tuple[int, ...]) -> np.ndarray | None:
    """Return the float32 array kept under `key`, or None where there is none of that shape that can be read."""
    path = _path(key)
    try:
        _check_file(path, math.prod(shape) * np.dtype(np.float32).itemsize + _OVERHEAD)
        # Opened here, for numpy leaves a file open that is damaged at its head.
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as content:
            values, kept = content["values"], str(content["key"])
    except FileNotFoundError:
        return None
    except Exception as error:  # a damaged file may raise anything, and nothing is lost but time
        _log.warning("cached features %s cannot be read (%s): computing them again", path, error)
        return None
    if kept != key or values.shape != shape or values.dtype != np.float32 or not np.isfinite(values).all():
        _log.warning("cached features %s are not what their name says: computing them again", path)
        return None
    return values


def keep(key: str, values: np.ndarray) -> None:
    """Keep `values` under `key`; where that cannot be done, say so in the log and go on."""
    path = _path(key)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(path, key, values)
    except OSError as error:
        _log.warning(
            "features are not cached in %s (%s): set DYNAMICL_CACHE to a folder with room", path.parent, error
        )


def _path(key: str) -> Path:
    return cache_folder() / f"features-{key}.npz"


def _check_file(path: Path, most: int) -> None:
    """Refuse what cannot be a file that `keep` wrote, before any of it is read: a pipe, a device, a larger array."""
    status = path.stat()
    if not stat.S_ISREG(status.st_mode) or status.st_size > most:
        raise ValueError("no regular file of this size")
    with zipfile.ZipFile(path) as archive:
        if any(member.file_size > most for member in archive.infolist()):
            raise ValueError("an array larger than the one that was kept")


def _write(path: Path, key: str, values: np.ndarray) -> None:
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=".features-", suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as stream:
            np.savez(stream, values=values, key=np.array(key))
            # Else a power cut can leave the new name on an empty file.
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(draft, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(draft)
        raise
