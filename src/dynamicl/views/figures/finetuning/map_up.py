"""Tables 1 and 2 of the report: SimAM before and after training, by task.

Expect arrows that point up for ordinary and linearised training and, in the report, down for training by layer.
"""

import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from dynamicl.studies.finetuning import cell_means

from ._marks import COLOURS, NAMES, name_tasks


def draw(data: xr.Dataset) -> Figure:
    """Draw an arrow from before to after, the mean over seeds, a task and way of training."""
    figure, axes = pyplot.subplots(figsize=(6.4, 3.4))
    tasks = [str(task) for task in data["task"].values]
    for i, (variant, name) in enumerate(NAMES.items()):
        before = cell_means(data, "map_before", variant, tasks).mean("seed")
        after = cell_means(data, "map_after", variant, tasks).mean("seed")
        for j, task in enumerate(tasks):
            place, ends = j + (i - 1) * 0.22, (float(before.sel(task=task)), float(after.sel(task=task)))
            axes.annotate(
                "",
                xy=(place, ends[1]),
                xytext=(place, ends[0]),
                arrowprops={
                    "arrowstyle": "-|>",
                    "color": COLOURS[variant],
                    "linewidth": 1.4,
                    "shrinkA": 0,
                    "shrinkB": 0,
                },
            )
            axes.plot([place, place], ends, color=COLOURS[variant], linewidth=0)
            axes.scatter(place, ends[0], s=14, color=COLOURS[variant], label=name if j == 0 else None)
    name_tasks(axes, data)
    axes.set(ylabel="SimAM", title="Attention maps: before training (dot) and after (arrow)")
    axes.legend(fontsize=7, loc="lower left")
    return figure
