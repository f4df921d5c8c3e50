"""Section 3.3 of the report: accuracies in the three settings, on which Rec2FTP rests.

A task can be judged only where in-context learning beats zero-shot; the report prints no such number.
"""

import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from dynamicl.studies.finetuning import judgeable

from ._marks import SPREAD, TASK_NAMES, add_legend, name_tasks, seeds_and_mean, tasks_of

SETTINGS = {"zero_shot": "zero-shot", "in_context": "in context", "tuned": "trained"}


def draw(data: xr.Dataset) -> Figure:
    """Draw the accuracy of every seed and setting; tasks that can be judged are marked."""
    figure, axes = pyplot.subplots(figsize=(6.4, 3.2))
    for i, (setting, name) in enumerate(SETTINGS.items()):
        accuracy = data["right"].sel(setting=setting).mean("query")
        for j, task in enumerate(tasks_of(data)):
            label = name if j == 0 else "_nolegend_"
            seeds_and_mean(axes, j + (i - 1) * SPREAD, accuracy.sel(task=task).values, f"C{i}", label)
    name_tasks(axes, data)
    names = ", ".join(TASK_NAMES.get(task, task) for task in judgeable(data))
    axes.set(ylim=(0, 1), ylabel="accuracy", title=f"Context beats zero-shot on: {names or 'no task'}")
    add_legend(axes, columns=3)
    return figure
