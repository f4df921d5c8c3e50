"""Tables 1 and 2 of the report: SimAOU of three ways of training, by task, beside the report's numbers.

Expect every bar far above the band of random updates; in the report training by layer stands highest and the
linearised model lowest.
"""

import numpy as np
import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from dynamicl.studies.finetuning import cell_means, published

from ._marks import COLOURS, NAMES, name_tasks, seeds_and_mean


def draw(data: xr.Dataset) -> Figure:
    """Draw seeds, means and the report's values (crosses)."""
    figure, axes = pyplot.subplots(figsize=(6.4, 3.4))
    tasks = [str(task) for task in data["task"].values]
    for i, (variant, name) in enumerate(NAMES.items()):
        cells = cell_means(data, "outputs", variant, tasks)
        numbers = published("outputs", variant)
        place = (i - 1) * 0.26
        for j, task in enumerate(tasks):
            seeds_and_mean(
                axes, j + place, cells.sel(task=task).values, COLOURS[variant], name if j == 0 else ""
            )
            if task in numbers:
                axes.scatter(j + place, numbers[task], marker="x", s=22, color=COLOURS[variant], linewidths=1)
    random = np.abs(cell_means(data, "uniform", "original", tasks).values)
    if np.isfinite(random).any():
        axes.axhspan(
            0, 10 * float(np.nanmean(random)), color="0.6", alpha=0.25, linewidth=0, label="10 x random"
        )
    axes.scatter([], [], marker="x", s=22, color="0.3", linewidths=1, label="report (1.3B)")
    name_tasks(axes, data)
    axes.set(ylabel="SimAOU", title="Changes of attention outputs: context against training")
    axes.set_ylim(min(0, axes.get_ylim()[0]), None)
    axes.legend(ncols=2, fontsize=7)
    return figure
