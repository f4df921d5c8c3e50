"""Paths as people write them."""

import os
import re
from pathlib import Path

from dynamicl.specs import SpecError


def user_path(path: str | os.PathLike[str], name: str = "path") -> Path:
    """Read a path that a person gave: `~` is their home, as in a shell.

    Args:
        path: what was given.
        name: of the argument, for the error.

    Returns:
        The path, still relative where it was.

    Raises:
        SpecError: it is no path, or empty, holds a null character, or names the home of somebody unknown.

    Example:
        >>> user_path("runs/library").parts
        ('runs', 'library')
    """
    if not isinstance(path, str | os.PathLike):
        raise SpecError(f"`{name}` is {path!r}: give the path of a file or folder")
    text = os.fspath(path)
    if not text or "\0" in text:
        raise SpecError(f"`{name}` is {text!r}: give the path of a file or folder")
    try:
        return Path(text).expanduser()
    except RuntimeError:
        raise SpecError(
            f"`{name}` is {text!r}, and there is no such home folder: write the path in full"
        ) from None


def without_folders(command: str) -> str:
    """Shorten absolute paths in a command to their last part: pages and cards travel, folders do not.

    >>> without_folders("dynamicl report /data/mine/runs")
    'dynamicl report runs'
    """
    return re.sub(r"(?<![\w.])/(?:[^/\s]+/)+([^/\s]*)", r"\1", command)
