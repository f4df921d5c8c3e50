"""One writer at a time: a lock that the operating system drops when its holder dies, however it dies."""

import errno
import fcntl
import json
import os
import socket
import weakref
from pathlib import Path

from dynamicl.files import read_regular

from ._errors import StoreError

NAME = "writer.lock"


class WriterLock:
    """The right to write one store, held from construction to `release`.

    The lock is advisory (`flock`): a killed process loses it at once, so there are no stale locks to clean.
    The file's content only says who holds it. A symbolic link in its place is refused, never followed.

    Attributes:
        effective: whether the lock keeps others out; there are file systems on which it does nothing.
    """

    def __init__(self, folder: Path):
        """Take the lock.

        Args:
            folder: the store's folder.

        Raises:
            StoreError: another writer holds it, the file system has no locks, or the lock file is a link.
        """
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        try:
            descriptor = os.open(folder / NAME, flags, 0o644)
        except OSError as error:
            if error.errno not in (errno.ELOOP, errno.EISDIR, errno.ENXIO):
                raise
            raise StoreError(
                f"{folder / NAME} is no file of this store but a link, folder or device; delete it"
            ) from None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = _holder(folder / NAME)
            os.close(descriptor)
            raise StoreError(
                f"store {folder} is being written by {holder}; wait until it ends or stop it, "
                "or open the store for reading"
            ) from None
        except OSError as error:
            os.close(descriptor)
            raise StoreError(
                f"store {folder} cannot be locked for writing ({error.strerror}); "
                "put it on a file system with locks, such as a local disk"
            ) from error
        self.effective = _excludes(folder / NAME)
        os.ftruncate(descriptor, 0)
        os.write(descriptor, json.dumps({"pid": os.getpid(), "host": socket.gethostname()}).encode())
        self.release = weakref.finalize(self, os.close, descriptor)


def _excludes(path: Path) -> bool:
    """Try to take the lock a second time, which has to fail."""
    descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False


def _holder(path: Path) -> str:
    """Say who wrote the lock file; it may be empty for the moment between taking the lock and signing it."""
    try:
        signed = json.loads(read_regular(path, 4096))
        return f"process {int(signed['pid'])} on {str(signed['host'])[:80]}"
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return "another process"
