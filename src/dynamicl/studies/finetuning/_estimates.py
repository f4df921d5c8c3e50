"""Parts of verdicts from cells: a mean over tasks and seeds with its interval, or the reason why there is none."""

from collections.abc import Sequence

import numpy as np
import xarray as xr

from dynamicl.statistics import Interval, mean_interval

from .._parts import Part
from ._results import MISSING, NO_GAIN, judgeable


def interval_of(values: xr.DataArray | np.ndarray) -> tuple[Interval, int]:
    """Return the mean of what is finite, with a t interval over cells (none for a single cell), and their number.

    Args:
        values: one a cell, any shape.
    """
    cells = np.asarray(values, float).ravel()
    cells = cells[np.isfinite(cells)]
    if cells.size == 0:
        return Interval(float("nan"), float("nan"), float("nan")), 0
    if cells.size == 1:
        return Interval(float(cells[0]), float("nan"), float("nan")), 1
    return mean_interval(cells), int(cells.size)


def mean_part(name: str, values: xr.DataArray | np.ndarray, comparison: str, threshold: float) -> Part:
    """Return a part about the mean over cells.

    Args:
        name: what is measured.
        values: one a cell; NaN where there is none.
        comparison: of `Part`.
        threshold: fixed before the first run.
    """
    (value, low, high), n = interval_of(values)
    return Part(name, value, low, high, n, comparison, threshold, "" if n else MISSING)


def judged_tasks(data: xr.Dataset, tasks: Sequence[str]) -> tuple[list[str], str]:
    """Return the tasks that can be judged, and why there are none.

    Args:
        data: of `read_cells`.
        tasks: to choose among.
    """
    chosen = judgeable(data, tasks)
    return chosen, "" if chosen else NO_GAIN


def undecided(name: str, comparison: str, threshold: float, why: str) -> tuple[Part, ...]:
    """Return the single part of a claim that cannot be decided."""
    return (Part(name, float("nan"), comparison=comparison, threshold=threshold, n=0, undecided=why),)
