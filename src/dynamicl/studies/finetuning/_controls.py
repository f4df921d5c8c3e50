"""A finding of our own, `finetuning.controls`: what of the similarity is left once everything is alike that should be.

The report compares with a random direction. Whatever any text and any training do to a network, or what a larger step
does, makes two changes similar too, and has nothing to do with learning from these demonstrations.
"""

import numpy as np
import xarray as xr

from dynamicl.studies._parts import Part, Threshold

from ._from_cells import FromCells
from ._summary import judgeable, mean_part, means, summary, undecided_because

UNTRAINED = Threshold("SimAOU minus that with an untrained body, one value a task and seed", "low >", 0.0)
UNRELATED = Threshold(
    "SimAOU minus that of unrelated text of equal length in context, one value a task and seed", "low >", 0.0
)
SHIFTED = Threshold("SimAOU with the lone query at its in-context positions", "low >", 0.0)
NORM = Threshold("SimAOU by layer minus ordinary at equal norm of the weights' change", "low >", 0.0)
DROP = Threshold("SimAOU by layer minus ordinary at equal drop of the loss", "low >", 0.0)
COMPARED = {
    UNTRAINED: ("original", "untrained"),
    UNRELATED: ("original", "unrelated"),
    SHIFTED: ("shifted", ""),
    NORM: ("per-layer-norm", "original"),
    DROP: ("per-layer-drop", "original"),
}
"""By criterion: the variant that has to be above, and the one below it; none for 0."""
NO_DROP = (
    "no scale of its change lowers the held-out loss as ordinary training does, or no cell has been measured"
)
CONTROLS = (
    "untrained",
    "unrelated",
    "shifted",
    "per-layer-norm",
    "per-layer-drop",
    "linearised-norm",
    "linearised-drop",
)


def cut(cells: xr.Dataset) -> xr.Dataset:
    """Keep SimAOU of the three ways of training and of their controls."""
    return summary(cells, ("outputs",), ("original", "linearised", "per-layer", *CONTROLS))


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """All differences are certainly above 0, on the tasks that can be judged.

    Args:
        data: of `cut`.
    """
    tasks, why = judgeable(data), undecided_because(data)
    parts = []
    for bar, (above, below) in COMPARED.items():
        difference = means(data, "outputs", above, tasks)
        if below:
            difference = difference - means(data, "outputs", below, tasks)
        unmatched = NO_DROP if bar is DROP and not np.isfinite(difference).any() else ""
        parts.append(mean_part(bar, difference, why or unmatched))
    return tuple(parts)


CONTROLLED = FromCells(
    "finetuning.controls",
    cut,
    judge,
    tuple(COMPARED),
    needs=("original", *CONTROLS),
    finding="the similarity of in-context learning and fine-tuning is about these demonstrations and this network: it "
    "is lower with an untrained body and with unrelated text in context, does not rest on the query's positions, and "
    "training by layer raises it at an equal step too",
)
