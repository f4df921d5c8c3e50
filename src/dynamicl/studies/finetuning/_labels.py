"""`finetuning.labels`: similarity is higher where the labels in context and in training agree."""

import xarray as xr

from dynamicl.studies._parts import Part, Threshold

from ._from_cells import FromCells
from ._summary import judgeable, mean_part, means, summary, undecided_because

MATCHING = ("original", "switched-both")
MISMATCHED = ("switched-context", "switched-training")
INTERACTION = Threshold("SimAOU, matching minus mismatched labels, one value a seed", ">", 0.0)


def cut(cells: xr.Dataset) -> xr.Dataset:
    """Keep SimAOU of the four combinations."""
    return summary(cells, ("outputs",), (*MATCHING, *MISMATCHED))


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """The mean over tasks of the interaction is above 0 over seeds.

    Args:
        data: of `cut`.
    """
    by_seed = interaction(data, judgeable(data)).mean("task")
    return (mean_part(INTERACTION, by_seed, undecided_because(data)),)


def interaction(data: xr.Dataset, tasks: list[str]) -> xr.DataArray:
    """Return half the difference between matching and mismatched labels, (task, seed).

    Args:
        data: of `cut`.
        tasks: which.
    """

    def mean(variants: tuple[str, str]) -> xr.DataArray:
        first, second = (means(data, "outputs", variant, tasks) for variant in variants)
        return (first + second) / 2.0

    return mean(MATCHING) - mean(MISMATCHED)


LABELS = FromCells("finetuning.labels", cut, judge, (INTERACTION,), needs=(*MATCHING, *MISMATCHED))
