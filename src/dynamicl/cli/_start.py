"""What every command that computes does first."""

import contextlib
import os
import shlex
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

from ._complaints import whisper

PATIENCE = 1.0
"""Seconds that a command may say nothing."""


def prepare() -> None:
    """Use every core, and keep compiled programs in the user's cache."""
    from dynamicl.data import cache_folder
    from dynamicl.training import use_every_core

    use_every_core(str(Path(cache_folder()) / "compiled"))


@contextlib.contextmanager
def patience(command: str, doing: str) -> Iterator[None]:
    """Say what is being done where it takes longer than a moment: nobody waits two seconds for the first word.

    Args:
        command: its name.
        doing: what takes long, e.g. "planning".
    """
    timer = threading.Timer(PATIENCE, whisper, [f"dynamicl {command}: {doing} ..."])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def written_command() -> str:
    """Return the command line as the user could give it again."""
    name = Path(sys.argv[0]).name
    return shlex.join(["dynamicl" if name == "__main__.py" else name, *sys.argv[1:]])


def is_terminal() -> bool:
    """Tell whether somebody watches."""
    return sys.stderr.isatty() and "NO_PROGRESS" not in os.environ
