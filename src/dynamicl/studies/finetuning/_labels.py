"""`finetuning.labels`: similarity is higher where the labels in context and in training agree."""

import numpy as np
import xarray as xr

from .._parts import Part
from ._estimates import interval_of, judged_tasks, undecided
from ._results import MISSING, cell_means
from ._setting import TASKS

LEAST_INTERACTION = 0.0
NAME = "SimAOU, matching minus mismatched labels"


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Judge the interaction: one value a seed, the mean over tasks.

    Args:
        data: of `read_cells`.
    """
    tasks, why = judged_tasks(data, TASKS)
    if why:
        return undecided(NAME, ">", LEAST_INTERACTION, why)
    by_seed = interaction(data, tasks).mean("task")
    (value, low, high), n = interval_of(by_seed)
    return (Part(NAME, value, low, high, n, ">", LEAST_INTERACTION, "" if n else MISSING),)


def interaction(data: xr.Dataset, tasks: list[str]) -> xr.DataArray:
    """Return half the difference between matching and mismatched labels, (task, seed).

    Args:
        data: of `read_cells`.
        tasks: which.
    """

    def mean(variant: str) -> xr.DataArray:
        return cell_means(data, "outputs", variant, tasks)

    matching = mean("original") + mean("switched-both")
    mismatched = mean("switched-context") + mean("switched-training")
    return (matching - mismatched) / np.float64(2)
