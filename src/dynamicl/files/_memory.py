"""How much memory there is: what a file claims is held against it before anything is allocated."""

import os
import resource
from pathlib import Path

UNKNOWN = 4 * 2**30
"""Bytes assumed where the system does not say."""


def free_memory() -> int:
    """Return the bytes that this process may still use: of the machine, its control group and its limits.

    Example:
        >>> free_memory() > 0
        True
    """
    return max(1, min(_machine(), _group(), _limit()))


def _machine() -> int:
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
        available = next(line for line in lines if line.startswith("MemAvailable:"))
        return int(available.split()[1]) * 1024
    except (OSError, StopIteration, ValueError, IndexError):
        pass
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2
    except (ValueError, OSError):
        return UNKNOWN


def _group() -> int:
    """Return what a container's limit leaves."""
    root = Path("/sys/fs/cgroup")
    try:
        return int((root / "memory.max").read_text()) - int((root / "memory.current").read_text())
    except (OSError, ValueError):
        return 2**62


def _limit() -> int:
    """Return what `ulimit -v` leaves."""
    most, _ = resource.getrlimit(resource.RLIMIT_AS)
    if most == resource.RLIM_INFINITY:
        return 2**62
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        return most - pages * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return most
