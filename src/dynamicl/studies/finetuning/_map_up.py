"""`finetuning.map_up`: fine-tuning brings attention maps closer to those in context, on every task."""

import xarray as xr

from dynamicl.studies._parts import Part, Threshold

from ._from_cells import FromCells
from ._setting import TABLE_1_TASKS, TASKS
from ._summary import judgeable, means, share_part, summary, undecided_because

AMONG = {"original": TASKS, "linearised": TABLE_1_TASKS}
SHARES = {
    variant: Threshold(f"{variant} model, share of tasks with SimAM after above before", ">=", 1.0)
    for variant in AMONG
}


def cut(cells: xr.Dataset) -> xr.Dataset:
    """Keep SimAM before and after, and the report's third way of training for the figure."""
    return summary(cells, ("map_before", "map_after"), (*AMONG, "per-layer"))


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """SimAM rises on every task that can be judged: of all in the original model, of table 1 in the linearised one.

    Args:
        data: of `cut`.
    """
    parts = []
    for variant, among in AMONG.items():
        tasks, why = judgeable(data, among), undecided_because(data, among)
        rise = means(data, "map_after", variant, tasks) - means(data, "map_before", variant, tasks)
        parts.append(share_part(SHARES[variant], rise, why))
    return tuple(parts)


MAP_UP = FromCells("finetuning.map_up", cut, judge, tuple(SHARES.values()))
