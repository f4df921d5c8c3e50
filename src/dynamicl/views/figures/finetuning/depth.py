"""Section 3.1 of the report: is similarity higher in the last layers?

Expect, after Dai et al., curves that rise to the right.
"""

import numpy as np
import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from ._marks import TASK_NAMES, add_legend, tasks_of


def draw(data: xr.Dataset) -> Figure:
    """Draw SimAOU of the original model by layer, at both tokens: one line a task, thick their mean."""
    figure, panels = pyplot.subplots(1, 2, figsize=(7.2, 3.2), sharey=True)
    layers = data["by_layer"].mean("seed")
    for axes, token in zip(panels, data["token"].values, strict=True):
        picked = layers.sel(token=token)
        x = np.arange(1, picked.sizes["layer"] + 1)
        for i, task in enumerate(tasks_of(data)):
            label = TASK_NAMES.get(task, task)
            axes.plot(x, picked.sel(task=task), color=f"C{i}", linewidth=0.9, label=label)
        axes.plot(x, picked.mean("task"), color="0.1", linewidth=2, label="mean")
        axes.axhline(0, color="0.5", linewidth=0.6)
        axes.set(xlabel="layer", title=f"at the last {'prompt' if token == 'prompt' else 'answer'} token")
    panels[0].set_ylabel("SimAOU")
    add_legend(panels[1], columns=2)
    return figure
