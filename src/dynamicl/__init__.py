"""A laboratory for the training dynamics of in-context learning."""

from importlib.metadata import version as _version
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dynamicl.store import Trajectory

__version__ = _version("dynamicl")


def open(path: str | Path) -> "Trajectory":
    """Open a store or a library: what a population recorded, and its weights.

    Args:
        path: the folder that `dynamicl train` or `dynamicl reproduce` wrote.

    Returns:
        The trajectory; `.dataset` is everything recorded, by dimension name. Stores that cannot be read are left out,
        with a warning that names them.

    Raises:
        StoreError: there is none, or it cannot be read.
    """
    # Imported here: the command's help must not wait for the numerics.
    import warnings

    from dynamicl.store import Library, library_of, open_trajectory

    trajectory = open_trajectory(path)
    for complaint in Library(library_of(path)).complaints():
        warnings.warn(complaint, stacklevel=2)
    return trajectory
