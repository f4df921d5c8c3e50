"""`finetuning.per_layer_map`: training by layer lowers SimAM, on most tasks below what it was before training."""

import xarray as xr

from dynamicl.studies._parts import Part, Threshold

from ._from_cells import FromCells
from ._summary import judgeable, mean_part, means, share_part, summary, undecided_because

LOWER = Threshold("SimAM after, by layer minus ordinary", "<", 0.0)
BELOW = Threshold("share of tasks with SimAM after below before, by layer", ">", 0.5)
"""In the report four of six tasks end below their own value before training."""


def cut(cells: xr.Dataset) -> xr.Dataset:
    """Keep SimAM of both ways of training, raw and of changes."""
    return summary(cells, ("map_before", "map_after", "map_change"), ("original", "per-layer"))


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """The paired mean difference is below 0 and most tasks end below where they were, of those that can be judged.

    Args:
        data: of `cut`.
    """
    tasks, why = judgeable(data), undecided_because(data)
    after = means(data, "map_after", "per-layer", tasks)
    return (
        mean_part(LOWER, after - means(data, "map_after", "original", tasks), why),
        share_part(BELOW, means(data, "map_before", "per-layer", tasks) - after, why),
    )


PER_LAYER_MAP = FromCells(
    "finetuning.per_layer_map", cut, judge, (LOWER, BELOW), needs=("original", "per-layer")
)
