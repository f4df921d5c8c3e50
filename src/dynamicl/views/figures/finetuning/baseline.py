"""Table 2a of the report: its SimAOU against ours, task by task.

Expect points on the diagonal in the report's own model; in another one nothing in particular.
"""

import numpy as np
import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from dynamicl.studies.finetuning import means, published

from ._marks import TASK_NAMES, tasks_of


def draw(data: xr.Dataset) -> Figure:
    """Draw a point a task, mean over seeds, and the diagonal with the margin of the criterion."""
    figure, axes = pyplot.subplots(figsize=(3.8, 3.6))
    printed = published("outputs", "original")
    ends = np.array([0.0, 0.35])
    axes.plot(ends, ends, color="0.6", linewidth=0.8)
    axes.fill_between(ends, ends - 0.05, ends + 0.05, color="0.6", alpha=0.2, linewidth=0)
    for i, task in enumerate(tasks_of(data)):
        ours = float(means(data, "outputs", "original", [task]).mean())
        axes.scatter(printed[task], ours, color=f"C{i}", s=20)
        if np.isfinite(ours):
            name = TASK_NAMES.get(task, task)
            axes.annotate(name, (printed[task], ours), xytext=(4, 3), textcoords="offset points", fontsize=7)
    axes.set(xlabel="SimAOU in the report (1.3B)", ylabel=f"SimAOU, {data.attrs['model'] or 'no model yet'}")
    axes.yaxis.label.set_fontsize(8)
    return figure
