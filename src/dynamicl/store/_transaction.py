"""A change to a store: pieces are written beside what is there, then one rename makes them all count."""

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from dynamicl.files import publish, temporary

from ._arrays import Encoded, digest, digest_rows, write_arrays
from ._errors import StoreError, write_failure
from ._index import PIECES, Index, Piece, piece_name, write_index
from ._opening import delete_file, dropped_before
from ._pieces import digest_of_rows
from ._reading import read_hash, read_index


class Transaction:
    """Pieces that are being added and dropped; nothing counts before the commit.

    Attributes:
        folder: the store's folder.
        index: what the store will hold.
        writing: what is being written, for the error.
    """

    def __init__(self, folder: Path, index: Index):
        """Begin.

        Args:
            folder: the store's folder.
            index: what it holds so far.
        """
        self.folder = folder
        self.index = index
        self.writing = f"the index of {folder}"
        self._before = index
        self._serial = index.serial
        self._written: list[Path] = []

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
            file=piece_name(self._serial, kind, steps[1]),
            hash=digest_of_rows(hashes) if weights else digest(arrays),
            tier=tier,
        )
        path = self.folder / PIECES / piece.file
        self.writing = f"the {kind} at step {steps[1]} to {path}"
        self._serial += 1
        self.index = replace(self.index, pieces=(*self.index.pieces, piece), serial=self._serial)
        draft = temporary(path)
        self._written += [draft, path]
        write_arrays(draft, arrays, attributes, by_row=weights, compress=kind == "extras" or tier > 0)
        publish(draft, path)
        return piece

    def drop(self, pieces: Iterable[Piece]) -> None:
        """Let the index no longer name some pieces; their files go after the commit.

        Args:
            pieces: which.
        """
        gone = {piece.file for piece in pieces}
        remaining = tuple(piece for piece in self.index.pieces if piece.file not in gone)
        self.index = replace(self.index, pieces=remaining)

    def commit(self) -> None:
        """Make it count, in one rename; then delete what was dropped."""
        self.writing = f"the index of {self.folder}"
        write_index(self.folder, self.index, self._require_own)
        self.clean_up(self.index)
        for path in dropped_before(self.folder, self.index):
            delete_file(path)

    def clean_up(self, index: Index) -> None:
        """Delete the files of this change that an index does not name.

        Args:
            index: what is committed.
        """
        named = {piece.file for piece in index.pieces}
        dropped = [self.folder / PIECES / piece.file for piece in self._before.pieces]
        for path in [*dropped, *self._written]:
            if path.name not in named:
                delete_file(path)

    def _require_own(self) -> None:
        """Refuse to replace an index that somebody else has written since: there are file systems without locks."""
        if read_hash(self.folder) != self._before.hash:
            raise StoreError(
                f"store {self.folder} was written by another process meanwhile, so nothing was written to it: locks do "
                "nothing on this file system; let one process at a time write a store, or put it on a local disk"
            )
        for path in self._written:
            if path.suffix == ".zip" and not path.is_file():
                raise StoreError(
                    f"store {self.folder} lost {path} before it was committed: another process deleted it; let one "
                    "process at a time write a store, or put it on a local disk"
                )


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
            change.clean_up(read_index(folder))
        if isinstance(error, OSError):
            safe = f"everything committed up to step {index.step} stays readable"
            if index.step < 0:
                safe = "nothing was committed before"
            raise write_failure(error, change.writing, safe) from error
        raise
