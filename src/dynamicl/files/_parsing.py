"""Files that others may have written: a size, a depth and a schema before anything is believed."""

import errno
import os
import stat
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import numpy as np

from dynamicl.specs import SpecError

LARGEST = 1 << 28
"""Bytes of the largest JSON file that is read: an index of 10,000 runs takes 20 MB."""
DEEPEST = 100
"""Brackets inside brackets, far below what any recursion can take; specs nest to about ten."""

_Shape = TypeVar("_Shape")


def read_regular(path: Path, most: int = LARGEST) -> bytes:
    """Read a file whole, if it is a regular one of a size that can be meant.

    A pipe would block for ever and a device never ends, so neither is opened for waiting.

    Args:
        path: the file.
        most: bytes.

    Returns:
        Its content.

    Raises:
        OSError: it cannot be read, is no regular file (`EINVAL`) or larger than `most` (`EFBIG`).
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as stream:
        status = os.fstat(stream.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "not a regular file", str(path))
        if status.st_size > most:
            raise OSError(errno.EFBIG, f"{status.st_size:,} bytes, {most:,} at most", str(path))
        return stream.read(most)


def nesting(content: bytes) -> int:
    """Return how deep brackets nest in JSON, those inside its texts included, without descending into any.

    >>> nesting(b'{"a": [[1]]}')
    3
    """
    codes = np.frombuffer(content, np.uint8)
    opened = (codes == ord("[")) | (codes == ord("{"))
    closed = (codes == ord("]")) | (codes == ord("}"))
    depth = np.cumsum(opened.astype(np.int32) - closed.astype(np.int32), dtype=np.int32)
    return int(depth.max(initial=0))


def parse_json(content: bytes, shape: type[_Shape], what: str, remedy: str) -> _Shape:
    """Read JSON of a known shape.

    Args:
        content: the file's bytes.
        shape: a type as msgspec reads it; what it does not name is let pass unless it forbids that.
        what: names the file in errors.
        remedy: what to do about a file that is not of this shape.

    Returns:
        The value.

    Raises:
        SpecError: no JSON, nested too deeply, or of another shape; one line.
    """
    depth = nesting(content)
    if depth > DEEPEST:
        raise SpecError(f"{what} is nested {depth:,} deep, {DEEPEST} at most: {remedy}")
    try:
        return msgspec.json.decode(content, type=shape)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise SpecError(f"{what} is not what it should be ({error}): {remedy}") from None


def convert(value: Any, shape: type[_Shape], what: str, remedy: str) -> _Shape:
    """Hold a value that is read already against a shape; see `parse_json`."""
    try:
        return msgspec.convert(value, shape)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise SpecError(f"{what} is not what it should be ({error}): {remedy}") from None
