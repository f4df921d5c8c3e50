"""A change to a store: pieces are written beside what is there, then one rename makes them all count."""

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ._arrays import Encoded, digest, digest_rows, write_arrays
from ._errors import StoreError, write_failure
from ._files import TEMPORARY, publish, temporary
from ._index import PIECES, Index, Piece, read_index, write_index
from ._pieces import digest_of_rows


class Transaction:
    """Pieces that are being added and dropped; nothing counts before the commit."""

    def __init__(self, folder: Path, index: Index):
        """Begin.

        Args:
            folder: the store's folder.
            index: what it holds so far.
        """
        self.folder = folder
        self.index = index
        self.writing = f"the index of {folder}"
        self._serial = index.serial

    def add(
        self,
        kind: str,
        steps: tuple[int, int],
        arrays: Mapping[str, Encoded],
        attributes: Mapping[str, Any] = {},
        tier: int = 0,
    ) -> Piece:
        """Write a piece.

        Args:
            kind: "records", "extras", "checkpoint" or "state".
            steps: the first and the last step that it holds.
            arrays: its content.
            attributes: JSON-able, kept with it.
            tier: how often its content was merged.

        Returns:
            The piece as the index will name it.
        """
        weights = kind == "checkpoint"
        if weights:
            hashes = digest_rows(arrays)
            attributes = {**attributes, "hashes": hashes}
        piece = Piece(
            kind,
            *steps,
            file=f"{self._serial:06d}-{kind}-{steps[1]}.zarr.zip",
            hash=digest_of_rows(hashes) if weights else digest(arrays),
            tier=tier,
        )
        path = self.folder / PIECES / piece.file
        self.writing = f"the {kind} at step {steps[1]} to {path}"
        self._serial += 1
        self.index = replace(self.index, pieces=(*self.index.pieces, piece), serial=self._serial)
        write_arrays(
            temporary(path), arrays, attributes, by_row=weights, compress=kind == "extras" or tier > 0
        )
        publish(path)
        return piece

    def drop(self, pieces: Iterable[Piece]) -> None:
        """Let the index no longer name some pieces; their files go after the commit.

        Args:
            pieces: which.
        """
        gone = {piece.file for piece in pieces}
        kept = tuple(piece for piece in self.index.pieces if piece.file not in gone)
        self.index = replace(self.index, pieces=kept)

    def commit(self) -> None:
        """Make it count, in one rename."""
        self.writing = f"the index of {self.folder}"
        write_index(self.folder, self.index)
        remove_uncommitted(self.folder, self.index)


@contextlib.contextmanager
def transaction(folder: Path, index: Index) -> Iterator[Transaction]:
    """Change a store, or leave it as it was.

    Args:
        folder: the store's folder.
        index: what it holds so far.

    Yields:
        The change, to which pieces are added; committed at the end.

    Raises:
        StoreError: the disk refused; says what is safe and what to do.
    """
    change = Transaction(folder, index)
    try:
        yield change
        change.commit()
    except BaseException as error:
        # An interrupt may arrive after the rename: the disk, not the memory, says what was committed.
        with contextlib.suppress(OSError, StoreError):
            remove_uncommitted(folder, read_index(folder))
        if isinstance(error, OSError):
            kept = f"everything committed up to step {index.step} stays readable"
            if index.step < 0:
                kept = "nothing was committed before"
            raise write_failure(error, change.writing, kept) from error
        raise


def remove_uncommitted(folder: Path, index: Index) -> None:
    """Delete files that the index does not name: leftovers of a kill, and what was merged or replaced.

    Only for the holder of the lock. What cannot be deleted now is tried again at the next change.

    Args:
        folder: the store's folder.
        index: what is committed.
    """
    named = {piece.file for piece in index.pieces}
    for path in (folder / PIECES).iterdir():
        if path.name not in named:
            with contextlib.suppress(OSError):
                path.unlink()
    for path in folder.glob(f"*{TEMPORARY}"):
        with contextlib.suppress(OSError):
            path.unlink()
