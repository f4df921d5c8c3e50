"""Section 1 of the report announces it: true and switched labels, in context and in training.

Expect lines that cross if learning in context follows the labels that training follows.
"""

import itertools

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
    """Draw SimAOU by the labels in context, one line for the labels in training; thin lines are tasks.

    Tasks on which a combination was not measured are left out.
    """
    figure, axes = pyplot.subplots(figsize=(4.6, 3.2))
    names = itertools.chain(*CELLS.values())
    levels = np.stack([means(data, "outputs", name, tasks_of(data)).mean("seed").values for name in names])
    known = np.isfinite(levels).all(0)
    tables = levels[:, known].reshape(len(CELLS), 2, -1)
    for i, (training, table) in enumerate(zip(CELLS, tables, strict=True)):
        axes.plot([0, 1], table, color=f"C{i}", alpha=0.3, linewidth=0.8)
        if known.any():
            label = f"{training} in training"
            axes.plot([0, 1], table.mean(1), color=f"C{i}", linewidth=2, marker="o", label=label)
    axes.set_xticks([0, 1], ["true", "switched"])
    tasks = np.array(tasks_of(data))[known]
    shown = ", ".join(TASK_NAMES.get(task, task) for task in tasks) or "none measured yet"
    axes.set(xlabel="labels in context", ylabel="SimAOU", xlim=(-0.2, 1.2))
    axes.set_title(f"Labels ({shown})", fontsize=8)
    add_legend(axes)
    return figure
