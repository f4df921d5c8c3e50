"""What a command leaves out, it says."""

import sys
from pathlib import Path


def complain(folder: Path) -> None:
    """Name on stderr the stores of a library that cannot be read.

    Args:
        folder: of a library; a store of its own has none.
    """
    from dynamicl.store import Library

    for line in Library(folder).complaints():
        sys.stderr.write(f"dynamicl: {line}\n")
