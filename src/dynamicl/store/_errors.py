"""The one exception of the store: a line that says what is wrong, what is allowed and what to do."""

import errno
import os
from collections.abc import Iterable

from dynamicl.specs import DynamiclError

_FULL = {
    errno.ENOSPC: ("the disk is full", "free some space"),
    errno.EMFILE: ("too many files are open", "raise the limit (`ulimit -n`)"),
    errno.EDQUOT: ("the disk quota is used up", "free some space or ask for more quota"),
    errno.EFBIG: ("the file is larger than this system allows", "raise the file size limit (`ulimit -f`)"),
}


class StoreError(DynamiclError, RuntimeError):
    """A store or a library cannot do what was asked; the message is one line and names the remedy."""


class DamagedError(StoreError):
    """A piece is not what was committed; other pieces may be whole."""


class NoStateError(StoreError):
    """A store holds nothing to go on exactly from; its checkpoints may still serve."""


def write_failure(error: OSError, what: str, kept: str) -> StoreError:
    """Turn a failed write into a line that says what is safe and what to do.

    Args:
        error: what the operating system answered.
        what: what was being written, with its place.
        kept: what is still readable.

    Returns:
        The error to raise.
    """
    if error.errno == errno.ENOSPC and _no_files_left(error.filename):
        reason, remedy = (
            "the disk has no room for more files",
            "delete some files there (`df -i` counts them)",
        )
        return StoreError(f"could not write {what}: {reason}; {kept}; {remedy}, then resume")
    reason, remedy = _FULL.get(
        error.errno or 0,
        (error.strerror or str(error), "check that the folder exists, is writable and its disk is healthy"),
    )
    return StoreError(f"could not write {what}: {reason}; {kept}; {remedy}, then resume")


def _no_files_left(path: object) -> bool:
    """Tell a disk without inodes from one without space."""
    try:
        room = os.statvfs(os.path.dirname(str(path)))
    except OSError:
        return False
    return room.f_files > 0 and room.f_favail == 0 and room.f_bavail > 0


def listed(values: Iterable[object], none: str = "none") -> str:
    """Write a list on one line, however long it is.

    Args:
        values: what there is.
        none: what to say if there is nothing.

    Returns:
        Up to ten values, or the first six and the last three.
    """
    shown = [str(value) for value in values]
    if len(shown) > 10:
        shown = [*shown[:6], "...", *shown[-3:]]
    return ", ".join(shown) or none
