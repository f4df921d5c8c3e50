"""What the figures of this study share: names, colours, and a mean with its seeds."""

import numpy as np
import xarray as xr
from matplotlib.axes import Axes

NAMES = {"original": "original", "linearised": "linearised", "per-layer": "trained by layer"}
COLOURS = {"original": "C0", "linearised": "C1", "per-layer": "C2"}
TASK_NAMES = {"sst2": "SST-2", "sst5": "SST-5", "mr": "MR", "subj": "Subj", "agnews": "AG News", "cb": "CB"}


def name_tasks(axes: Axes, data: xr.Dataset) -> None:
    """Write the tasks' names below the axis."""
    tasks = [str(task) for task in data["task"].values]
    axes.set_xticks(range(len(tasks)), [TASK_NAMES.get(task, task) for task in tasks])


def seeds_and_mean(
    axes: Axes, place: float, seeds: np.ndarray, colour: str, label: str = "_nolegend_"
) -> None:
    """Draw one point a seed, and a bar at their mean."""
    known = seeds[np.isfinite(seeds)]
    if known.size:
        axes.scatter(np.full(known.size, place), known, s=10, color=colour, alpha=0.6, linewidths=0)
        axes.hlines(known.mean(), place - 0.1, place + 0.1, color=colour, linewidth=2, label=label)
