"""`finetuning.table1`: fine-tuning changes attention outputs as the context does, far more than a random update."""

import xarray as xr

from .._parts import Part
from ._estimates import judged_tasks, mean_part, undecided
from ._results import cell_means
from ._setting import TABLE_1_TASKS

TIMES = 10.0
"""The mean SimAOU must exceed the size of the random one, with entries uniform in [0, 1), by this factor."""


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Judge both models on the tasks that can be judged.

    Args:
        data: of `read_cells`.
    """
    tasks, why = judged_tasks(data, TABLE_1_TASKS)
    if why:
        return undecided("SimAOU over random", ">", TIMES, why)
    parts = []
    for variant in ("original", "linearised"):
        random = abs(float(cell_means(data, "uniform", variant, tasks).mean()))
        ratio = cell_means(data, "outputs", variant, tasks) / random
        parts.append(mean_part(f"{variant} model, SimAOU over the size of the random one", ratio, ">", TIMES))
    return tuple(parts)
