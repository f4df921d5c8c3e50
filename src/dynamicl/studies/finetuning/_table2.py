"""`finetuning.table2`: training by layer raises SimAOU."""

import xarray as xr

from .._parts import Part
from ._estimates import judged_tasks, mean_part, undecided
from ._results import cell_means
from ._setting import TASKS

LEAST_RISE = 0.0
NAME = "SimAOU by layer minus ordinary, paired over task and seed"


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Judge the paired mean difference.

    Args:
        data: of `read_cells`.
    """
    tasks, why = judged_tasks(data, TASKS)
    if why:
        return undecided(NAME, ">", LEAST_RISE, why)
    rise = cell_means(data, "outputs", "per-layer", tasks) - cell_means(data, "outputs", "original", tasks)
    return (mean_part(NAME, rise, ">", LEAST_RISE),)
