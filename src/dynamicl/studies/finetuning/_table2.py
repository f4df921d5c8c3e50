"""`finetuning.table2`: training by layer raises SimAOU."""

import xarray as xr

from dynamicl.studies._parts import Part, Threshold

from ._from_cells import FromCells
from ._summary import judgeable, mean_part, means, summary, undecided_because

RISE = Threshold("SimAOU by layer minus ordinary, paired over task and seed", ">", 0.0)


def cut(cells: xr.Dataset) -> xr.Dataset:
    """Keep SimAOU of both ways of training."""
    return summary(cells, ("outputs",), ("original", "per-layer"))


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """The paired mean difference is above 0, on the tasks that can be judged.

    Args:
        data: of `cut`.
    """
    tasks = judgeable(data)
    rise = means(data, "outputs", "per-layer", tasks) - means(data, "outputs", "original", tasks)
    return (mean_part(RISE, rise, undecided_because(data)),)


TABLE2 = FromCells("finetuning.table2", cut, judge, (RISE,), needs=("original", "per-layer"))
