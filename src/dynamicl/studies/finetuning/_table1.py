"""`finetuning.table1`: fine-tuning changes attention outputs as the context does, far more than a random update."""

import xarray as xr

from dynamicl.studies._parts import Part, Threshold

from ._from_cells import FromCells
from ._setting import TABLE_1_TASKS
from ._summary import judgeable, mean_part, means, summary, undecided_because

VARIANTS = ("original", "linearised")
TIMES = {
    variant: Threshold(f"{variant} model, SimAOU over the size of the random one", ">", 10.0)
    for variant in VARIANTS
}
"""The random update's entries are uniform in [0, 1), as the report's are."""


def cut(cells: xr.Dataset) -> xr.Dataset:
    """Keep SimAOU, that of random updates, and the report's third way of training for the figure."""
    return summary(cells, ("outputs", "uniform"), (*VARIANTS, "per-layer"))


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Both models exceed the random update tenfold, on the tasks that can be judged.

    Args:
        data: of `cut`.
    """
    tasks, why = judgeable(data, TABLE_1_TASKS), undecided_because(data, TABLE_1_TASKS)
    parts = []
    for variant, bar in TIMES.items():
        random = abs(float(means(data, "uniform", variant, tasks).mean()))
        parts.append(mean_part(bar, means(data, "outputs", variant, tasks) / random, why))
    return tuple(parts)


TABLE1 = FromCells("finetuning.table1", cut, judge, tuple(TIMES.values()))
