"""What experiments keep of the cells: means over layers and queries, and whether context helps on a task."""

from collections.abc import Sequence

import numpy as np
import xarray as xr

from dynamicl.statistics import Interval, mean_interval
from dynamicl.studies._parts import Part, Threshold

from ._results import TOKEN, WHY, gains
from ._setting import TASKS

LEAST_GAIN = 0.0
"""A task can be judged where the interval of in-context minus zero-shot accuracy lies above this."""

NO_GAIN = "on no task that was measured ({tasks}) is it certain that in-context learning beats zero-shot"
MISSING = "no cell has been measured for it"


def summary(cells: xr.Dataset, measures: Sequence[str], variants: Sequence[str]) -> xr.Dataset:
    """Cut out what a claim rests on.

    Args:
        cells: of `read_cells`.
        measures: of `dynamicl.lm.MEASURES`.
        variants: names; one without cells is unknown (NaN) everywhere.

    Returns:
        `similarity` (measure, variant, task, seed), means over layers and queries at the verbaliser token; `gain`,
        `gain_low`, `gain_high` (task).
    """
    picked = cells["similarity"].sel(measure=list(measures), token=TOKEN, drop=True)
    means = picked.mean("query").reindex(variant=list(variants))
    gain = gains(cells)
    names = {"gain": "gain", "low": "gain_low", "high": "gain_high"}
    return xr.Dataset(
        {
            "similarity": means.transpose("measure", "variant", "task", "seed"),
            **{new: gain[old] for old, new in names.items()},
        },
        attrs=cells.attrs,
    )


def judgeable(data: xr.Dataset, among: Sequence[str] = TASKS) -> list[str]:
    """Return the tasks on which in-context learning beats zero-shot, so that similarity to it means something.

    Args:
        data: of `summary`.
        among: tasks to choose from.
    """
    tasks = [task for task in among if task in data["task"]]
    return [task for task in tasks if float(data["gain_low"].sel(task=task)) > LEAST_GAIN]


def undecided_because(data: xr.Dataset, among: Sequence[str] = TASKS) -> str:
    """Return why nothing can be decided on some tasks; empty where something can.

    Args:
        data: of `summary`.
        among: tasks that a claim is about.
    """
    if WHY in data.attrs or judgeable(data, among):
        return data.attrs.get(WHY, "")
    measured = [str(task) for task in data["task"].values if task in among]
    return NO_GAIN.format(tasks=", ".join(measured) or "none of those that the claim is about")


def means(data: xr.Dataset, measure: str, variant: str, tasks: Sequence[str]) -> xr.DataArray:
    """Return a similarity (task, seed) of the given tasks.

    Args:
        data: of `summary`.
        measure: one that was kept.
        variant: one that was kept.
        tasks: names.
    """
    return data["similarity"].sel(measure=measure, variant=variant, task=list(tasks))


def mean_part(bar: Threshold, values: xr.DataArray | np.ndarray, why: str = "") -> Part:
    """Compare the mean over cells, with a t interval where there are several.

    Args:
        bar: what it has to be.
        values: one a cell; NaN where there is none.
        why: the reason why nothing can be decided; empty where something can.
    """
    (value, low, high), n = interval_of(values)
    # Who asks for an end of the interval says by that what is to be sure.
    compare = bar.part if bar.comparison in ("low >", "high <") else bar.sure_part
    return compare((value, low, high), n, why or ("" if n else MISSING))


def share_part(bar: Threshold, values: xr.DataArray, why: str = "") -> Part:
    """Compare the share of tasks whose mean over seeds is above 0.

    Args:
        bar: what it has to be.
        values: (task, seed); NaN where there is none.
        why: the reason why nothing can be decided; empty where something can.
    """
    by_task = values.mean("seed").values
    by_task = by_task[np.isfinite(by_task)]
    share = float((by_task > 0).mean()) if by_task.size else float("nan")
    return bar.part(share, by_task.size, why or ("" if by_task.size else MISSING))


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
