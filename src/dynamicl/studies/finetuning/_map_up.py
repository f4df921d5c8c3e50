"""`finetuning.map_up`: fine-tuning brings attention maps closer to those in context, on every task."""

import numpy as np
import xarray as xr

from .._parts import Part
from ._estimates import judged_tasks, undecided
from ._results import MISSING, cell_means
from ._setting import TABLE_1_TASKS, TASKS

LEAST_SHARE = 1.0
"""Share of tasks whose mean over seeds must rise."""


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Judge the original model on all tasks, the linearised one on those of table 1.

    Args:
        data: of `read_cells`.
    """
    parts: list[Part] = []
    for variant, among in (("original", TASKS), ("linearised", TABLE_1_TASKS)):
        name = f"{variant} model, share of tasks with SimAM after above before"
        tasks, why = judged_tasks(data, among)
        if why:
            parts += undecided(name, ">=", LEAST_SHARE, why)
            continue
        rise = cell_means(data, "map_after", variant, tasks) - cell_means(data, "map_before", variant, tasks)
        means = rise.mean("seed").values
        means = means[np.isfinite(means)]
        share = float((means > 0).mean()) if means.size else float("nan")
        missing = "" if means.size else MISSING
        parts.append(
            Part(name, share, n=means.size, comparison=">=", threshold=LEAST_SHARE, undecided=missing)
        )
    return tuple(parts)
