"""What runs on the machines of a Ray cluster: a task, and the board on which tasks say how far they are."""

import shutil
import tempfile
from pathlib import Path
from typing import Any

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


class Board:
    """Where workers say how far they are; an actor, of which a cluster has one."""

    def __init__(self) -> None:
        """Begin with nothing said."""
        self._pulses: dict[str, bytes] = {}

    def say(self, task: str, pulse: bytes) -> None:
        """Take a worker's word."""
        self._pulses[task] = pulse

    def heard(self) -> dict[str, bytes]:
        """Return what was said since the last call."""
        pulses, self._pulses = self._pulses, {}
        return pulses
