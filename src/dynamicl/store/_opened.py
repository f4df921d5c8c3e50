"""Opening whatever holds trajectories."""

from pathlib import Path

from dynamicl.files import user_path

from ._errors import StoreError
from ._index import NAME
from ._library import Library
from ._store import Store
from ._trajectory import Trajectory


def open_trajectory(path: str | Path) -> Trajectory:
    """Open a store, or a library with all its runs.

    Args:
        path: a folder.

    Returns:
        Its trajectory, as of now.

    Raises:
        StoreError: there is neither, or it cannot be read.
    """
    folder = user_path(path)
    if folder.is_dir() and not (folder / NAME).exists():
        library = Library(folder)
        if library.stores():
            return library.trajectory()
        for problem in library.problems.values():
            raise StoreError(problem)
    store = Store.open(folder)
    return Trajectory([(store, row) for row in range(len(store.runs))])
