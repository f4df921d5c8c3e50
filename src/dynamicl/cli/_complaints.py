"""What a command leaves out, it says."""

import contextlib
import sys
from pathlib import Path


def complain(folder: Path) -> None:
    """Name on stderr the stores of a library that cannot be read.

    Args:
        folder: of a library, or of results with one in it; a store of its own has none.
    """
    from dynamicl.store import Library, library_of

    for line in Library(library_of(folder)).complaints():
        whisper(f"dynamicl: {line}")


def whisper(line: str) -> None:
    """Write a line to stderr; a stderr that is full or closed is no reason to stop."""
    with contextlib.suppress(OSError, ValueError):
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()
