"""`finetuning.linear`: the linearised model is less similar to in-context learning than the original."""

import xarray as xr

from dynamicl.studies._parts import Part, Threshold

from ._from_cells import FromCells
from ._setting import TABLE_1_TASKS
from ._summary import judgeable, mean_part, means, summary, undecided_because

FALLS = {
    "outputs": Threshold("SimAOU, linearised minus original", "<", 0.0),
    "map_after": Threshold("SimAM after, linearised minus original", "<", 0.0),
}


def cut(cells: xr.Dataset) -> xr.Dataset:
    """Keep both measures of both models."""
    return summary(cells, tuple(FALLS), ("original", "linearised"))


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Both measures fall, paired over task and seed, on the tasks that can be judged.

    Args:
        data: of `cut`.
    """
    tasks, why = judgeable(data, TABLE_1_TASKS), undecided_because(data, TABLE_1_TASKS)
    parts = []
    for measure, bar in FALLS.items():
        fall = means(data, measure, "linearised", tasks) - means(data, measure, "original", tasks)
        parts.append(mean_part(bar, fall, why))
    return tuple(parts)


LINEAR = FromCells("finetuning.linear", cut, judge, tuple(FALLS.values()), needs=("original", "linearised"))
