"""What the figures of this study share: names, colours, a mean with its seeds, a pair of ways of training."""

from collections.abc import Sequence

import numpy as np
import xarray as xr
from matplotlib.axes import Axes

from dynamicl.studies.finetuning import means

NAMES = {"original": "original", "linearised": "linearised", "per-layer": "trained by layer"}
COLOURS = {"original": "C0", "linearised": "C1", "per-layer": "C2"}
TASK_NAMES = {"sst2": "SST-2", "sst5": "SST-5", "mr": "MR", "subj": "Subj", "agnews": "AG News", "cb": "CB"}
SPREAD = 0.26
"""Between two ways of training on the axis of tasks."""


def tasks_of(data: xr.Dataset) -> list[str]:
    """Return the tasks' short names."""
    return [str(task) for task in data["task"].values]


def name_tasks(axes: Axes, data: xr.Dataset) -> None:
    """Write the tasks' names below the axis, and that there is nothing where nothing has been measured."""
    tasks = tasks_of(data)
    axes.set_xticks(range(len(tasks)), [TASK_NAMES.get(task, task) for task in tasks])
    axes.set_xlim(-0.5, len(tasks) - 0.5)
    if not data.attrs["cells"]:
        axes.text(0.5, 0.5, "no cell has been measured yet", ha="center", transform=axes.transAxes)


def seeds_and_mean(
    axes: Axes, place: float, seeds: np.ndarray, colour: str, label: str = "_nolegend_"
) -> None:
    """Draw one point a seed, and a bar at their mean."""
    known = seeds[np.isfinite(seeds)]
    if known.size:
        axes.scatter(np.full(known.size, place), known, s=10, color=colour, alpha=0.6, linewidths=0)
        axes.hlines(known.mean(), place - 0.1, place + 0.1, color=colour, linewidth=2, label=label)


def by_variant(axes: Axes, data: xr.Dataset, measure: str, variants: Sequence[str]) -> dict[str, list[float]]:
    """Draw a measure's seeds and means, tasks side by side and ways of training next to each other.

    Args:
        axes: to draw in.
        data: what an experiment keeps of the cells.
        measure: which.
        variants: which, from left to right.

    Returns:
        The places on the horizontal axis, one a task.
    """
    places: dict[str, list[float]] = {}
    for i, variant in enumerate(variants):
        offset = (i - (len(variants) - 1) / 2) * SPREAD
        places[variant] = [j + offset for j in range(data.sizes["task"])]
        named = False
        for place, task in zip(places[variant], tasks_of(data), strict=True):
            seeds = means(data, measure, variant, [task]).values.ravel()
            label = "_nolegend_" if named or not np.isfinite(seeds).any() else NAMES[variant]
            named = named or label != "_nolegend_"
            seeds_and_mean(axes, place, seeds, COLOURS[variant], label)
    return places


def add_legend(axes: Axes, columns: int = 1) -> None:
    """Add a legend if there is something to name."""
    if axes.get_legend_handles_labels()[0]:
        axes.legend(fontsize=7, ncols=columns)
