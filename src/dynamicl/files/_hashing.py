"""What a file or folder holds, as one hash: the part of a run's identity that its path cannot give."""

import functools
import hashlib
import os
from pathlib import Path

_BLOCK = 1 << 20


def content_hash(path: Path) -> str:
    """Hash a file, or a folder with the names of what is in it.

    A file that has not changed since (size, time, inode) is hashed once a process: a gigabyte takes about a second.

    Args:
        path: the file or folder.

    Returns:
        SHA-256 in hexadecimal.

    Raises:
        OSError: it is not there or cannot be read.
    """
    if path.is_dir():
        return _of_folder(path)
    status = os.stat(path)
    return _of_file(str(path.resolve()), status.st_size, status.st_mtime_ns, status.st_ino)


def _of_folder(path: Path) -> str:
    total = hashlib.sha256()
    for inside in sorted(path.rglob("*")):
        if inside.is_file():
            total.update(f"{inside.relative_to(path).as_posix()}\0{content_hash(inside)}\n".encode())
    return total.hexdigest()


@functools.lru_cache(maxsize=4096)
def _of_file(path: str, size: int, changed: int, inode: int) -> str:
    """Hash a file; its size, time and inode are there for the cache alone."""
    total = hashlib.sha256()
    with open(path, "rb") as stream:
        while block := stream.read(_BLOCK):
            total.update(block)
    return total.hexdigest()
