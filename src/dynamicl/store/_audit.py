"""Looking over a store: is every piece what was committed, and did every run move?"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from ._index import Index, Piece
from ._pieces import read_checkpoint, read_hashes, read_piece


class Repeat(NamedTuple):
    """Checkpoints of a run that should differ and do not.

    Attributes:
        run: hash of the run.
        steps: the steps whose weights are the same, bit for bit.
    """

    run: str
    steps: tuple[int, ...]


def verify_piece(folder: Path, piece: Piece, runs: Sequence[str]) -> None:
    """Read a committed piece and check its hash.

    Args:
        folder: the store's folder.
        piece: which.
        runs: hashes of the runs.

    Raises:
        StoreError: it is damaged; which, and of which runs.
    """
    if piece.kind == "checkpoint":
        read_checkpoint(folder, piece, runs)
    else:
        read_piece(folder, piece)


def repeated_checkpoints(folder: Path, index: Index, runs: Sequence[str]) -> list[Repeat]:
    """Find equal checkpoints of a run that should have moved; a run is frozen from its `diverged_at` on.

    Args:
        folder: the store's folder.
        index: what it holds.
        runs: hashes of the runs.

    Returns:
        One entry for every set of equal checkpoints.
    """
    frozen = index.attributes.get("diverged_at", [-1] * len(runs))
    steps: dict[tuple[str, str], list[int]] = {}
    for piece in index.of("checkpoint"):
        for run, content, end in zip(runs, read_hashes(folder, piece), frozen, strict=True):
            if end < 0 or piece.last < end:
                steps.setdefault((run, content), []).append(piece.last)
    return [Repeat(run, tuple(equal)) for (run, _), equal in steps.items() if len(equal) > 1]
