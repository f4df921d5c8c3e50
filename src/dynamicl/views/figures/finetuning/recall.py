"""Section 3.3 of the report: accuracies in the three settings, on which Rec2FTP rests.

A task can be judged only where in-context learning beats zero-shot; the report prints no such number.
"""

import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from dynamicl.studies.finetuning import judgeable, right

from ._marks import TASK_NAMES, name_tasks, seeds_and_mean

SETTINGS = {"zero_shot": "zero-shot", "in_context": "in context", "tuned": "trained"}


def draw(data: xr.Dataset) -> Figure:
    """Draw the accuracy of every seed and setting; tasks that can be judged are marked."""
    figure, axes = pyplot.subplots(figsize=(6.4, 3.2))
    judged = judgeable(data)
    for i, (setting, name) in enumerate(SETTINGS.items()):
        accuracy = right(data, setting, "original").mean("query")
        for j, task in enumerate(data["task"].values):
            label = name if j == 0 else ""
            seeds_and_mean(axes, j + (i - 1) * 0.24, accuracy.sel(task=task).values, f"C{i}", label)
    name_tasks(axes, data)
    names = [TASK_NAMES.get(task, task) for task in judged]
    axes.set(
        ylim=(0, 1), ylabel="accuracy", title=f"Context beats zero-shot on: {', '.join(names) or 'no task'}"
    )
    axes.legend(ncols=3, fontsize=7)
    return figure
