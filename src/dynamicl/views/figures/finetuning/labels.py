"""Section 1 of the report announces it: true and switched labels, in context and in training.

Expect lines that cross if learning in context follows the labels that training follows.
"""

import numpy as np
import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from dynamicl.studies.finetuning import cell_means

from ._marks import TASK_NAMES

CELLS = {
    "true": ("original", "switched-context"),
    "switched": ("switched-training", "switched-both"),
}
"""By the labels trained on: variants with true and with switched labels in context."""


def draw(data: xr.Dataset) -> Figure:
    """Draw SimAOU by the labels in context, one line for the labels in training; thin lines are tasks."""
    figure, axes = pyplot.subplots(figsize=(4.6, 3.2))
    tasks = [str(task) for task in data["task"].values]
    for i, (training, variants) in enumerate(CELLS.items()):
        means = np.stack([cell_means(data, "outputs", v, tasks).mean("seed").values for v in variants])
        known = np.isfinite(means).all(0)
        axes.plot([0, 1], means[:, known], color=f"C{i}", alpha=0.3, linewidth=0.8)
        if known.any():
            axes.plot(
                [0, 1],
                means[:, known].mean(1),
                color=f"C{i}",
                linewidth=2,
                marker="o",
                label=f"{training} in training",
            )
    axes.set_xticks([0, 1], ["true", "switched"])
    shown = [TASK_NAMES[task] for task in tasks if task in TASK_NAMES]
    axes.set(
        xlabel="labels in context", ylabel="SimAOU", xlim=(-0.2, 1.2), title=f"Labels ({', '.join(shown)})"
    )
    axes.title.set_fontsize(8)
    axes.legend(fontsize=7)
    return figure
