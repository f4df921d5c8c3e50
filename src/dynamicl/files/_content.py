"""What a spec reads: where it lies, and the hash that makes it part of a run."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from dynamicl.specs import SpecError, check

from ._hashing import content_hash
from ._paths import user_path


class Content(NamedTuple):
    """What lies at a path.

    Attributes:
        place: the absolute path.
        digest: hash of what lies there.
    """

    place: str
    digest: str


def content_at(
    path: str, name: str, known: str, remedy: str, digest: Callable[[Path], str] = content_hash
) -> Content:
    """Find what a spec names, and hold it against what is known of it.

    Args:
        path: as it was given.
        name: of the field, for errors.
        known: hash of what the spec was made with; empty where it is new.
        remedy: what to do where nothing can be read there.
        digest: hashes what lies at a path.

    Returns:
        Where it is and its hash. What is gone is known by its hash still, so that results can be read without it.

    Raises:
        SpecError: it cannot be read, or is not what the spec was made with.
    """
    place = os.path.abspath(user_path(path, name))
    try:
        now = digest(Path(place))
    except OSError as error:
        if known and isinstance(error, FileNotFoundError):
            return Content(place, known)
        raise SpecError(f"`{name}` {path!r} cannot be read ({error.strerror or error}): {remedy}") from None
    check(
        known in ("", now),
        f"what lies at `{name}` {path!r} is not what the run was made with: its content has hash {now}, the run's had "
        f"{known}; give the original back, or train anew into another library",
    )
    return Content(place, now)
