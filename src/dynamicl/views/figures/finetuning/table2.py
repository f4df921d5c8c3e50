"""Table 2 of the report: SimAOU after ordinary training and after training by layer.

Expect lines that rise; in the report they do on five of six tasks.
"""

import numpy as np
import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from dynamicl.studies.finetuning import means, published

from ._marks import TASK_NAMES, add_legend, tasks_of

VARIANTS = ("original", "per-layer")


def draw(data: xr.Dataset) -> Figure:
    """Draw a line a task, its mean over seeds; dashed the report's."""
    figure, axes = pyplot.subplots(figsize=(4.6, 3.4))
    for i, task in enumerate(tasks_of(data)):
        ours = [float(means(data, "outputs", variant, [task]).mean()) for variant in VARIANTS]
        if np.isfinite(ours).any():
            axes.plot([0, 1], ours, marker="o", color=f"C{i}", label=TASK_NAMES.get(task, task))
        printed = [published("outputs", variant)[task] for variant in VARIANTS]
        axes.plot([0, 1], printed, color=f"C{i}", linewidth=0.8, linestyle="--", alpha=0.5)
    axes.plot([], [], color="0.4", linewidth=0.8, linestyle="--", label="report (1.3B)")
    axes.set_xticks([0, 1], ["ordinary", "by layer"])
    axes.set(xlim=(-0.2, 1.2), ylabel="SimAOU", title="Training by layer")
    add_legend(axes, columns=2)
    return figure
