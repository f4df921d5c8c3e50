"""The one exception of the store: a line that says what is wrong, what is allowed and what to do."""

import errno
from collections.abc import Iterable

_FULL = {
    errno.ENOSPC: ("the disk is full", "free some space"),
    errno.EDQUOT: ("the disk quota is used up", "free some space or ask for more quota"),
    errno.EFBIG: ("the file is larger than this system allows", "raise the file size limit (`ulimit -f`)"),
}


class StoreError(RuntimeError):
    """A store or a library cannot do what was asked; the message is one line and names the remedy."""


def write_failure(error: OSError, what: str, kept: str) -> StoreError:
    """Turn a failed write into a line that says what is safe and what to do.

    Args:
        error: what the operating system answered.
        what: what was being written, with its place.
        kept: what is still readable.

    Returns:
        The error to raise.
    """
    reason, remedy = _FULL.get(
        error.errno or 0,
        (error.strerror or str(error), "check that the folder exists, is writable and its disk is healthy"),
    )
    return StoreError(f"could not write {what}: {reason}; {kept}; {remedy}, then resume")


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
