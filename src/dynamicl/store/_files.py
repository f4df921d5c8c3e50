"""Writing files so that a kill or a power cut at any moment leaves the old content or the new, never a mixture."""

import os
from pathlib import Path

TEMPORARY = ".tmp"


def sync(path: Path) -> None:
    """Flush a file or a folder to the disk: a rename is only safe once what it points to is.

    Args:
        path: an existing file or folder.
    """
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def temporary(path: Path) -> Path:
    """Name the file in which `path` is prepared; whoever opens a store for writing removes leftovers."""
    return path.with_name(path.name + TEMPORARY)


def publish(path: Path) -> None:
    """Give the flushed temporary file of `path` its name, in one step.

    Args:
        path: the final name; its temporary file exists.
    """
    sync(temporary(path))
    os.replace(temporary(path), path)
    sync(path.parent)


def write_atomically(path: Path, content: bytes) -> None:
    """Replace the content of a file in one step.

    Args:
        path: the file, which need not exist.
        content: its new content.
    """
    try:
        temporary(path).write_bytes(content)
        publish(path)
    except BaseException:
        temporary(path).unlink(missing_ok=True)
        raise
