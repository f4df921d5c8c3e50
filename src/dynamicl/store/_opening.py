"""Making a store's folder, and taking one over for writing: everything is checked before anything is touched."""

import os
import re
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dynamicl.files import TEMPORARY, make_folder, sync

from ._errors import StoreError, write_failure
from ._index import COPY, NAME, PIECES, VERSION, Index, is_fresh, write_copy, write_index
from ._lock import NAME as LOCK
from ._lock import WriterLock
from ._reading import read_copy, read_index

_PIECE = r"(?P<serial>\d{6,})-(?P<kind>records|extras|checkpoint|state)--?\d+(?:-[0-9a-f]{8})?\.zarr\.zip"
_DRAFT = rf"(?:\.[0-9a-f]{{16}})?{re.escape(TEMPORARY)}"
OWN_PIECE = re.compile(_PIECE)
OWN_DRAFT = re.compile(rf"(?:{_PIECE}|{re.escape(NAME)}|{re.escape(COPY)}){_DRAFT}")


def create_folder(folder: Path, header: Mapping[str, Any]) -> tuple[Index, WriterLock]:
    """Make an empty store.

    Args:
        folder: one that does not exist, is empty, or was left by a creation killed half-way.
        header: as it will be read back.

    Returns:
        The index of the new store, and the right to write it.

    Raises:
        StoreError: something else is there, or the disk refuses.
    """
    try:
        if folder.exists():
            _refuse_what_is_there(folder)
        make_folder(folder)
        lock = WriterLock(folder)
        try:
            # Another process may have made the store between the look above and the lock.
            _refuse_what_is_there(folder, locked=True)
            (folder / PIECES).mkdir(exist_ok=True)
            _require_real_folder(folder)
            index = write_index(folder, Index(header), lambda: _refuse_what_is_there(folder, locked=True))
            sync(folder.parent)
            remove_leftovers(folder, index)
            return index, lock
        except BaseException:
            lock.release()
            raise
    except OSError as error:
        raise write_failure(error, f"a new store at {folder}", "nothing was there before") from error


def take_over(folder: Path) -> tuple[Index, WriterLock]:
    """Lock an existing store, see that it is whole, and only then clean up what a killed writer left.

    Args:
        folder: the store's folder.

    Returns:
        Its index, and the right to write it.

    Raises:
        StoreError: it is no store, is damaged or lacks a piece, an older index was put back, another process writes
            it, or it may not be written. Nothing was deleted then.
    """
    index = read_index(folder)
    if index.version < VERSION:
        raise StoreError(
            f"store {folder} is of format {index.version}: it can be read, but not gone on with; train its runs "
            "again in another library"
        )
    try:
        lock = WriterLock(folder)
    except OSError as error:
        kept = f"everything committed up to step {index.step} stays readable"
        raise write_failure(error, f"to store {folder}", kept) from error
    try:
        # What the index said before the lock may be old by now.
        index = read_index(folder)
        _require_newest(folder, index)
        _require_pieces(folder, index)
        if lock.effective:
            # Elsewhere what looks left over may be what another process is about to commit.
            remove_leftovers(folder, index)
        write_copy(folder, index)
    except BaseException as error:
        lock.release()
        if isinstance(error, OSError):
            kept = f"everything committed up to step {index.step} stays readable"
            raise write_failure(error, f"to store {folder}", kept) from error
        raise
    return index, lock


def remove_leftovers(folder: Path, index: Index) -> None:
    """Delete what a killed writer left: files of this store's own form that its newest index does not name.

    Never through a link, and nothing whose name the store would not have given.

    Args:
        folder: the store's folder.
        index: what is committed, checked.
    """
    named = {piece.file for piece in index.pieces}
    inside = [path for path in (folder / PIECES).iterdir() if path.name not in named]
    leftovers = [path for path in inside if OWN_PIECE.fullmatch(path.name)]
    drafts = [path for path in [*inside, *folder.iterdir()] if OWN_DRAFT.fullmatch(path.name)]
    for path in [*leftovers, *drafts]:
        delete_file(path)


def dropped_before(folder: Path, index: Index) -> list[Path]:
    """List pieces older than an index that it does not name: dropped by former commits, and not yet deleted.

    Args:
        folder: the store's folder.
        index: what is committed.
    """
    named = {piece.file for piece in index.pieces}
    forms = [(path, OWN_PIECE.fullmatch(path.name)) for path in (folder / PIECES).iterdir()]
    return [
        path for path, form in forms if form and int(form["serial"]) < index.serial and path.name not in named
    ]


def delete_file(path: Path) -> None:
    """Delete a regular file; a link, a folder and what cannot be deleted now stay."""
    try:
        if stat.S_ISREG(path.lstat().st_mode):
            path.unlink()
    except OSError:
        return


def _require_newest(folder: Path, index: Index) -> None:
    """Refuse an older index put back in the place of the newest."""
    way = (
        f"to go on where the store was, put {COPY} in its place; to go on from step {index.step} and lose what came "
        f"later, move {COPY} and the pieces of later steps away"
    )
    copy = read_copy(folder)
    if copy is not None and copy.hash != index.hash and copy.commit >= index.commit:
        raise StoreError(
            f"{folder / NAME} is that of commit {index.commit} (step {index.step}), but commit {copy.commit} (step "
            f"{copy.step}) was made here: an older index was put back, and nothing was changed; {way}"
        )
    # A kill leaves at most one piece of a kind that its transaction did not commit.
    kinds: list[str] = []
    for path in (folder / PIECES).iterdir():
        form = OWN_PIECE.fullmatch(path.name)
        if form and int(form["serial"]) >= index.serial:
            kinds.append(form["kind"])
    if len(set(kinds)) < len(kinds):
        raise StoreError(
            f"{folder / PIECES} holds {len(kinds)} pieces newer than its index knows (step {index.step}): an older "
            f"index was put back, and nothing was changed; {way}"
        )


def _require_pieces(folder: Path, index: Index) -> None:
    """Refuse to change a store that lacks a piece: what else is wrong with it is not known."""
    _require_real_folder(folder)
    for piece in index.pieces:
        path = folder / PIECES / piece.file
        try:
            regular = stat.S_ISREG(path.lstat().st_mode)
        except FileNotFoundError:
            regular = False
        if not regular:
            raise StoreError(
                f"store {folder} lacks {path}, which its index names; nothing was changed: restore the file from a "
                "copy, or delete the store and train again"
            )


def _require_real_folder(folder: Path) -> None:
    for part in (folder, folder / PIECES):
        # The store itself may be reached through a link; what it deletes may not.
        linked = part != folder and os.path.islink(part)
        if linked or not part.is_dir():
            raise StoreError(
                f"{part} is a link or no folder; a store is changed in its own folders only: put it back"
            )


def _refuse_what_is_there(folder: Path, locked: bool = False) -> None:
    if (folder / NAME).exists():
        if not locked:
            # Says who writes it, if somebody does.
            WriterLock(folder).release()
        # One that is there and damaged is the news.
        read_index(folder)
        raise StoreError(
            f"there is already a store at {folder}; go on with it by `Store.open(path, write=True)`, "
            "or give another path"
        )
    if not folder.is_dir() or not is_fresh(folder, LOCK):
        raise StoreError(
            f"{folder} is there already and is not a store; give a path where nothing is, or an empty folder"
        )
