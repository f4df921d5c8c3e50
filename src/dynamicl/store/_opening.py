"""Making a store's folder, and taking one over for writing."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ._errors import StoreError, write_failure
from ._files import sync
from ._index import NAME, PIECES, Index, is_fresh, read_index, write_index
from ._lock import WriterLock
from ._transaction import remove_uncommitted


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
        folder.mkdir(parents=True, exist_ok=True)
        lock = WriterLock(folder)
        try:
            # Another process may have made the store between the look above and the lock.
            _refuse_what_is_there(folder)
            (folder / PIECES).mkdir(exist_ok=True)
            write_index(folder, Index(header))
            sync(folder.parent)
            return read_index(folder), lock
        except BaseException:
            lock.release()
            raise
    except OSError as error:
        raise write_failure(error, f"a new store at {folder}", "nothing was there before") from error


def take_over(folder: Path) -> tuple[Index, WriterLock]:
    """Lock an existing store and clean up what a killed writer left.

    Args:
        folder: the store's folder.

    Returns:
        Its index, and the right to write it.

    Raises:
        StoreError: it is no store, another process writes it, or it may not be written.
    """
    index = read_index(folder)
    try:
        lock = WriterLock(folder)
    except OSError as error:
        kept = f"everything committed up to step {index.step} stays readable"
        raise write_failure(error, f"to store {folder}", kept) from error
    # What the index said before the lock may be old by now.
    index = read_index(folder)
    remove_uncommitted(folder, index)
    return index, lock


def _refuse_what_is_there(folder: Path) -> None:
    if (folder / NAME).exists():
        raise StoreError(
            f"there is already a store at {folder}; go on with it by `Store.open(path, write=True)`, "
            "or give another path"
        )
    if not folder.is_dir() or not is_fresh(folder):
        raise StoreError(
            f"{folder} is there already and is not a store; give a path where nothing is, or an empty folder"
        )
