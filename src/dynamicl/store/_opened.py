"""Opening whatever holds trajectories."""

from pathlib import Path

from dynamicl.files import user_path

from ._errors import StoreError
from ._index import NAME
from ._library import Library
from ._store import Store
from ._trajectory import Trajectory

LIBRARY = "library"
"""Where `dynamicl reproduce --out FOLDER` keeps its runs inside that folder."""


def library_of(path: str | Path) -> Path:
    """Return the folder that holds the stores: the one given, or the library inside a folder of results.

    Args:
        path: as a person gave it.
    """
    folder = user_path(path)
    holds_stores = (folder / NAME).exists() or any(folder.glob(f"*/{NAME}"))
    return folder / LIBRARY if not holds_stores and (folder / LIBRARY).is_dir() else folder


def open_trajectory(path: str | Path) -> Trajectory:
    """Open a store, or a library with all its runs.

    Args:
        path: a folder; that of results, as `dynamicl reproduce` makes it, stands for the library inside it.

    Returns:
        Its trajectory, as of now; its dataset has the settings in which runs differ as coordinates.

    Raises:
        StoreError: there is neither, or it cannot be read.
    """
    folder = library_of(path)
    if folder.is_dir() and not (folder / NAME).exists():
        library = Library(folder)
        if library.stores():
            return library.trajectory().with_settings()
        for problem in library.problems.values():
            raise StoreError(problem)
    store = Store.open(folder)
    return Trajectory([(store, row) for row in range(len(store.runs))], settings=True)
