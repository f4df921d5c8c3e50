"""What every command that computes does first."""

import os
import sys
from pathlib import Path


def prepare() -> None:
    """Use every core, and keep compiled programs in the user's cache."""
    from dynamicl.data import cache_folder
    from dynamicl.training import use_every_core

    use_every_core(str(Path(cache_folder()) / "compiled"))


def written_command() -> str:
    """Return the command line as the user could give it again."""
    name = Path(sys.argv[0]).name
    words = ["dynamicl" if name == "__main__.py" else name, *sys.argv[1:]]
    return " ".join(f"'{w}'" if " " in w or "*" in w else w for w in words)


def is_terminal() -> bool:
    """Tell whether somebody watches."""
    return sys.stderr.isatty() and "NO_PROGRESS" not in os.environ
