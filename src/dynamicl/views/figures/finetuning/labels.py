"""Section 1 of the report announces it: true and switched labels, in context and in training.

Expect lines that cross if learning in context follows the labels that training follows.
"""

import numpy as np
import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from dynamicl.studies.finetuning import means

from ._marks import TASK_NAMES, add_legend, tasks_of

CELLS = {
    "true": ("original", "switched-context"),
    "switched": ("switched-training", "switched-both"),
}
"""By the labels trained on: variants with true and with switched labels in context."""


def draw(data: xr.Dataset) -> Figure:
    """Draw SimAOU by the labels in context, one line for the labels in training; thin lines are tasks."""
    figure, axes = pyplot.subplots(figsize=(4.6, 3.2))
    tasks = tasks_of(data)
    for i, (training, variants) in enumerate(CELLS.items()):
        table = np.stack([means(data, "outputs", name, tasks).mean("seed").values for name in variants])
        known = np.isfinite(table).all(0)
        axes.plot([0, 1], table[:, known], color=f"C{i}", alpha=0.3, linewidth=0.8)
        if known.any():
            mean, label = table[:, known].mean(1), f"{training} in training"
            axes.plot([0, 1], mean, color=f"C{i}", linewidth=2, marker="o", label=label)
    axes.set_xticks([0, 1], ["true", "switched"])
    shown = ", ".join(TASK_NAMES.get(task, task) for task in tasks)
    axes.set(xlabel="labels in context", ylabel="SimAOU", xlim=(-0.2, 1.2))
    axes.set_title(f"Labels ({shown})", fontsize=8)
    add_legend(axes)
    return figure
