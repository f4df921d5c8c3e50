"""The index: the small file that says which pieces of a store are committed, and nothing else is."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from ._errors import StoreError
from ._files import temporary, write_atomically
from ._lock import NAME as LOCK

NAME = "index.json"
PIECES = "pieces"
FORMAT = "dynamicl store"
VERSION = 1


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
        pieces: the committed pieces, oldest first within a kind.
    """

    header: Mapping[str, Any]
    attributes: Mapping[str, Any] = field(default_factory=dict)
    step: int = -1
    serial: int = 0
    pieces: tuple[Piece, ...] = ()

    def of(self, kind: str) -> list[Piece]:
        """List the pieces of one kind, oldest first."""
        return [piece for piece in self.pieces if piece.kind == kind]


def write_index(folder: Path, index: Index) -> None:
    """Commit: replace the index of a store in one step.

    Args:
        folder: the store's folder.
        index: what it holds from now on.
    """
    content = {"format": FORMAT, "version": VERSION, **asdict(index)}
    write_atomically(folder / NAME, json.dumps(content, separators=(",", ":"), allow_nan=False).encode())


def read_index(folder: Path) -> Index:
    """Read what a store holds.

    Args:
        folder: the store's folder.

    Returns:
        Its index.

    Raises:
        StoreError: there is no store, or none that this version can read.
    """
    try:
        content = json.loads((folder / NAME).read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        raise StoreError(_why_no_index(folder)) from None
    except OSError as error:
        raise StoreError(
            f"{folder / NAME} cannot be read ({error.strerror}); check its permissions and its disk"
        ) from error
    except ValueError:
        raise StoreError(
            f"{folder / NAME} is damaged (not JSON); restore it from a copy, or delete {folder} and train again"
        ) from None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise StoreError(
            f"{folder} is not a dynamicl store (its {NAME} is something else's); give the folder of a store"
        )
    version = content.get("version")
    if version != VERSION:
        raise StoreError(_why_not_this_version(folder, version, content))
    try:
        pieces = tuple(Piece(**piece) for piece in content["pieces"])
        return Index(content["header"], content["attributes"], content["step"], content["serial"], pieces)
    except (KeyError, TypeError) as error:
        raise StoreError(
            f"{folder / NAME} is damaged ({error}); restore it from a copy, or delete {folder} and train again"
        ) from None


def is_fresh(folder: Path) -> bool:
    """Say whether a folder holds nothing, or only what a creation killed half-way leaves.

    Args:
        folder: an existing folder.

    Returns:
        Whether a store may be created there.
    """
    names = {path.name for path in folder.iterdir()}
    pieces = folder / PIECES
    return names <= {LOCK, PIECES, temporary(folder / NAME).name} and (
        not pieces.is_dir() or not any(pieces.iterdir())
    )


def _why_no_index(folder: Path) -> str:
    if not folder.exists():
        return f"there is no store at {folder}; check the path, or train one there"
    if not folder.is_dir():
        return f"{folder} is a file, not a store; give the folder of a store"
    if (folder / PIECES).is_dir() or (folder / LOCK).exists():
        return f"{folder} is a half-written store: nothing in it was ever committed; delete the folder and train again"
    return f"{folder} is not a dynamicl store (no {NAME} in it); give the folder of a store"


def _why_not_this_version(folder: Path, version: Any, content: Mapping[str, Any]) -> str:
    header = content.get("header")
    versions = header.get("versions", {}) if isinstance(header, dict) else {}
    writer = versions.get("dynamicl", "") if isinstance(versions, dict) else ""
    by = f" by dynamicl {writer}" if writer else ""
    if isinstance(version, int) and version > VERSION:
        return (
            f"store {folder} was written{by} in format {version}, newer than {VERSION}, the one read here; "
            "upgrade dynamicl"
        )
    return (
        f"store {folder} was written{by} in format {version}, older than {VERSION}, the one read here; "
        "read it with the version that wrote it, or train its runs again"
    )
