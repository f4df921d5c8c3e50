"""Our own: SimAOU of the three ways of training beside that of their controls.

Expect the controls below the main runs if the similarity is about these demonstrations and this network.
"""

import numpy as np
import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from dynamicl.studies.finetuning import judgeable, means

from ._marks import COLOURS, TASK_NAMES, seeds_and_mean, tasks_of

LABELS = {
    "original": "original",
    "untrained": "untrained body",
    "unrelated": "unrelated text",
    "shifted": "query shifted",
    "per-layer": "by layer",
    "per-layer-norm": "by layer, equal norm",
    "per-layer-drop": "by layer, equal drop",
    "linearised": "linearised",
    "linearised-norm": "linearised, equal norm",
    "linearised-drop": "linearised, equal drop",
}
GREY = "#777777"


def draw(data: xr.Dataset) -> Figure:
    """Draw a point a task and seed and a bar at their mean, on the tasks that can be judged or else on all."""
    tasks = judgeable(data) or tasks_of(data)
    figure, axes = pyplot.subplots(figsize=(5.4, 3.4))
    for place, variant in enumerate(LABELS):
        values = means(data, "outputs", variant, tasks).values.ravel()
        seeds_and_mean(axes, place, values, COLOURS.get(variant, GREY))
    axes.axhline(0, color="black", linewidth=0.6)
    axes.set_xticks(np.arange(len(LABELS)), list(LABELS.values()), rotation=35, ha="right", fontsize=8)
    axes.set(ylabel="SimAOU")
    axes.set_title(", ".join(TASK_NAMES.get(task, task) for task in tasks), fontsize=8)
    return figure
