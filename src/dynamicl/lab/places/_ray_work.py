"""What runs on the machines of a Ray cluster: a task, and the board on which tasks say how far they are."""

import shutil
import tempfile
from pathlib import Path
from typing import Any, no_type_check

import msgspec

from ._packing import pack, unpack
from ._tasks import LIBRARY
from ._work import work


def train_packed(
    content: bytes, digest: str, key: str, seconds: float, board: Any
) -> tuple[dict[str, Any], bytes, str]:
    """Train a packed task on a worker's own disk.

    Args:
        content: the task's folder.
        digest: its hash.
        key: of the task.
        seconds: after which it comes home.
        board: where to say how far it is.

    Returns:
        The report, and the worker's library with its hash.
    """
    folder = Path(tempfile.mkdtemp(prefix="dynamicl-")) / "task"
    try:
        unpack(content, digest, folder)
        report = work(folder, seconds, lambda pulse: board.say.remote(key, msgspec.json.encode(pulse)))
        return msgspec.structs.asdict(report), *pack(folder / LIBRARY)
    finally:
        shutil.rmtree(folder.parent, ignore_errors=True)


def board_class() -> type:
    """Return the class of the board on which workers say how far they are; an actor, of which a cluster has one.

    It is made inside a function so that Ray sends it as it is: by name, its process would import all of this package.
    """

    # What tests wrap around functions to check their arguments cannot be sent.
    @no_type_check
    class Board:
        """Keeps what was said last, by task."""

        def __init__(self) -> None:
            self._pulses: dict[str, bytes] = {}

        def say(self, task: str, pulse: bytes) -> None:
            """Take a worker's word."""
            self._pulses[task] = pulse

        def heard(self) -> dict[str, bytes]:
            """Return what was said since the last call."""
            pulses, self._pulses = self._pulses, {}
            return pulses

    return Board
