"""`finetuning.linear`: the linearised model is less similar to in-context learning than the original."""

import xarray as xr

from .._parts import Part
from ._estimates import judged_tasks, mean_part, undecided
from ._results import cell_means
from ._setting import TABLE_1_TASKS

MOST_DIFFERENCE = 0.0
NAMES = {"outputs": "SimAOU", "map_after": "SimAM after"}


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Judge both measures, paired over task and seed.

    Args:
        data: of `read_cells`.
    """
    tasks, why = judged_tasks(data, TABLE_1_TASKS)
    if why:
        return undecided("linearised minus original", "<", MOST_DIFFERENCE, why)
    parts = []
    for measure, name in NAMES.items():
        fall = cell_means(data, measure, "linearised", tasks) - cell_means(data, measure, "original", tasks)
        parts.append(mean_part(f"{name}, linearised minus original", fall, "<", MOST_DIFFERENCE))
    return tuple(parts)
