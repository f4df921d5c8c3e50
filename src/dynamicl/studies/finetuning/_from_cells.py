"""Experiments that rest on cells: those that `dynamicl finetuning` left, or a random model's at scale `smoke`."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import xarray as xr

from dynamicl.studies._experiment import Experiment
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories

from ._random import random_cells
from ._results import no_cells, paths_of_cells, read_cells
from ._scales import Scale, scale_of

FOLDER = Path("finetuning", "cells")
"""Where the command leaves cells, below the folder of the library."""

NONE_YET = "no data yet: `dynamicl finetuning` measures cells, which takes hours on two cores"


@dataclass(frozen=True)
class FromCells:
    """A claim that rests on cells.

    Attributes:
        id: of the claim.
        cut: from the dataset of `read_cells` to what is kept, judged and drawn.
        judge: from that to the parts.
        criterion: what each part has to be.
        needs: variants without whose cells there is nothing to draw.
        finding: of our own, in words; empty for a claim of the ledger.
    """

    id: str
    cut: Callable[[xr.Dataset], xr.Dataset]
    judge: Callable[[xr.Dataset], tuple[Part, ...]]
    criterion: tuple[Threshold, ...]
    needs: tuple[str, ...] = ("original",)
    finding: str = ""

    @functools.cached_property
    def experiment(self) -> Experiment:
        """What puts the claim to the test."""
        return Experiment(
            self.id,
            setting=scale_of,
            measure=self.measure,
            judge=self.judge,
            criterion=self.criterion,
            note=describe_cells,
            finding=self.finding,
        )

    def measure(self, lab: Lab, scale: Scale, trajectories: Trajectories) -> xr.Dataset:
        """Cut what the claim rests on out of a scale's cells."""
        return self.cut(cells_of(lab, scale))


def cells_of(lab: Lab, scale: Scale) -> xr.Dataset:
    """Return the cells of a scale, as `read_cells` does; without any, a dataset that says so and knows nothing.

    Args:
        lab: beside its library lie the cells that the command left.
        scale: its numbers; cells of a random model are measured where it asks for them.
    """
    if scale.random is not None:
        return lab.cached(scale.random, functools.partial(random_cells, scale.random))
    folder = lab.path.parent / FOLDER
    return read_cells(folder) if paths_of_cells(folder) else no_cells(NONE_YET)


def describe_cells(data: xr.Dataset) -> str:
    """Say what was measured, with which model, and where context helps; nothing where there are no cells.

    Args:
        data: of a claim that rests on cells.
    """
    if not data.attrs["cells"]:
        return ""
    gains = [
        f"{task} {value:.2f} [{low:.2f}, {high:.2f}]"
        for task, value, low, high in zip(
            data["task"].values,
            data["gain"].values,
            data["gain_low"].values,
            data["gain_high"].values,
            strict=True,
        )
    ]
    return (
        f"{data.attrs['model']}: {data.attrs['cells']} cells, {data.attrs['k']} demonstrations, "
        f"{data.attrs['queries']} queries a task; in-context minus zero-shot accuracy: {', '.join(gains)}"
    )
