"""`finetuning.per_layer_map`: training by layer lowers SimAM, on most tasks below what it was before training."""

import numpy as np
import xarray as xr

from .._parts import Part
from ._estimates import judged_tasks, mean_part, undecided
from ._results import MISSING, cell_means
from ._setting import TASKS

MOST_DIFFERENCE = 0.0
LEAST_SHARE = 0.5
"""More than this share of tasks must end below their own value before training; in the report four of six do."""

NAMES = ("SimAM after, by layer minus ordinary", "share of tasks with SimAM after below before, by layer")


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Judge the paired mean difference and the count.

    Args:
        data: of `read_cells`.
    """
    tasks, why = judged_tasks(data, TASKS)
    if why:
        return undecided(NAMES[0], "<", MOST_DIFFERENCE, why)
    after = cell_means(data, "map_after", "per-layer", tasks)
    fall = after - cell_means(data, "map_after", "original", tasks)
    means = (after - cell_means(data, "map_before", "per-layer", tasks)).mean("seed").values
    means = means[np.isfinite(means)]
    share = float((means < 0).mean()) if means.size else float("nan")
    return (
        mean_part(NAMES[0], fall, "<", MOST_DIFFERENCE),
        Part(
            NAMES[1],
            share,
            n=means.size,
            comparison=">",
            threshold=LEAST_SHARE,
            undecided="" if means.size else MISSING,
        ),
    )
