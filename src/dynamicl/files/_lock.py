"""A lock around "read, change, write": who comes second waits, and sees what the first one wrote."""

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path

from dynamicl.specs import SpecError

PATIENCE = 60.0
"""Seconds until whoever waits gives up: what is done under the lock takes milliseconds."""


@contextlib.contextmanager
def locked(path: Path, patience: float = PATIENCE) -> Iterator[None]:
    """Hold the only right to change a file, between processes and threads.

    The right is the operating system's (`flock` on `NAME.lock` beside the file): a killed process loses it at once.
    Where a file system has no locks, nothing is held and nothing is said.

    Args:
        path: the file that will be read and replaced; it need not exist, its folder does.
        patience: seconds to wait for another holder.

    Raises:
        SpecError: another process holds it for longer than that.
    """
    name = path.with_name(f"{path.name}.lock")
    descriptor = os.open(name, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
    try:
        _wait(descriptor, path, time.monotonic() + patience)
        yield
    finally:
        os.close(descriptor)


def _wait(descriptor: int, path: Path, until: float) -> None:
    while True:
        try:
            return fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                raise SpecError(
                    f"`{path}` is being changed by another process: wait until that ends or stop it"
                ) from None
            time.sleep(0.02)
        except OSError:
            return None
