"""The index: the small file that says which pieces of a store are committed, and nothing else is.

It begins with the hash of all that follows, so that whoever reads it knows that it is whole, and counts the commits,
so that an older one put back in its place is recognised: a copy of the newest lies beside it.
"""

import contextlib
import hashlib
import json
import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from dynamicl.files import TEMPORARY, sync, temporary

NAME = "index.json"
COPY = "index.copy.json"
PIECES = "pieces"
FORMAT = "dynamicl store"
VERSION = 2
HASH_BEGINS, HASH_ENDS = b'{"hash":"', b'",'
HASH_LENGTH = 64


@dataclass(frozen=True)
class Piece:
    """One committed file.

    Attributes:
        kind: "records", "extras", "checkpoint" or "state".
        first: first step that it holds.
        last: last step that it holds.
        file: name inside the folder of pieces.
        hash: SHA-256 of its content; of a checkpoint, of the hashes of its runs.
        tier: how often it was merged; pieces of one tier are merged together.
    """

    kind: str
    first: int
    last: int
    file: str
    hash: str
    tier: int = 0


@dataclass(frozen=True)
class Index:
    """What a store holds.

    Attributes:
        header: what was given at creation; never changes.
        attributes: what commits said last.
        step: the last committed step, or -1.
        serial: how many pieces were ever committed; their names count on, so none is used twice.
        commit: how often this store's index was written.
        pieces: the committed pieces, oldest first within a kind.
        version: of the format that it was read in.
        hash: of the file that it was read from or written to; "" where it has none.
    """

    header: Mapping[str, Any]
    attributes: Mapping[str, Any] = field(default_factory=dict)
    step: int = -1
    serial: int = 0
    commit: int = 0
    pieces: tuple[Piece, ...] = ()
    version: int = VERSION
    hash: str = ""

    def of(self, kind: str) -> list[Piece]:
        """List the pieces of one kind, oldest first."""
        return [piece for piece in self.pieces if piece.kind == kind]


def piece_name(serial: int, kind: str, last: int) -> str:
    """Make the name of a new piece: no two writers make the same one, even where locks do nothing.

    Args:
        serial: the store's count of pieces.
        kind: "records", "extras", "checkpoint" or "state".
        last: the last step that it holds.
    """
    return f"{serial:06d}-{kind}-{last}-{secrets.token_hex(4)}.zarr.zip"


def encode_index(index: Index) -> tuple[bytes, str]:
    """Write an index as the bytes of its file.

    Returns:
        The bytes, and the hash that they begin with.
    """
    content = asdict(index)
    content.pop("hash")
    return seal({"format": FORMAT, **content})


def seal(content: Mapping[str, Any]) -> tuple[bytes, str]:
    """Write JSON that begins with the hash of all that follows.

    Returns:
        The bytes, and the hash.
    """
    body = json.dumps(dict(content), separators=(",", ":"), allow_nan=False).encode()
    digest = hashlib.sha256(body).hexdigest()
    return HASH_BEGINS + digest.encode() + HASH_ENDS + body[1:], digest


def write_index(folder: Path, index: Index, still_own: Callable[[], None]) -> Index:
    """Commit: replace the index of a store in one step, then its copy.

    Args:
        folder: the store's folder.
        index: what it holds from now on.
        still_own: called last before the rename; raises where somebody else has written meanwhile.

    Returns:
        The index as it now lies on the disk.
    """
    index = replace(index, commit=index.commit + 1, version=VERSION)
    content, digest = encode_index(index)
    draft = temporary(folder / NAME)
    try:
        draft.write_bytes(content)
        # Flushed first, so that nothing slow lies between the look and the rename.
        sync(draft)
        still_own()
        os.replace(draft, folder / NAME)
        sync(folder)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    written = replace(index, hash=digest)
    write_copy(folder, written)
    return written


def write_copy(folder: Path, index: Index) -> None:
    """Lay a copy of the newest index beside it, where the disk lets it: the commit counts without.

    It is not flushed: after a power cut it may be older than the index, never newer.
    """
    with contextlib.suppress(OSError):
        draft = temporary(folder / COPY)
        try:
            draft.write_bytes(encode_index(index)[0])
            os.replace(draft, folder / COPY)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise


def is_fresh(folder: Path, lock: str) -> bool:
    """Say whether a folder holds nothing, or only what a creation killed half-way leaves.

    Args:
        folder: an existing folder.
        lock: name of the lock file.
    """
    names = {path.name for path in folder.iterdir()}
    own = {name for name in names if name.startswith(f"{NAME}.") and name.endswith(TEMPORARY)}
    pieces = folder / PIECES
    return names <= {lock, PIECES, *own} and (not pieces.is_dir() or not any(pieces.iterdir()))
