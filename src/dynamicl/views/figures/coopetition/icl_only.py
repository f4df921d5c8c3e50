"""Thesis figure 5.8a: training on in-context-only sequences, free and with the second half of a bursty run.

Expect the free runs to stay at log 2 (dotted) and the grafted ones to fall. Grey: the half of another initialisation.
"""

import numpy as np
import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from dynamicl.views.figures._strategies import draw_runs, label_sequences


def draw(data: xr.Dataset) -> Figure:
    """Draw training losses."""
    figure, axes = pyplot.subplots(figsize=(4.6, 2.9))
    x = data["sequences"].values
    for i, condition in enumerate(data["condition"].values):
        draw_runs(axes, x, data["loss"].sel(condition=condition).values, f"C{i}", str(condition))
    axes.plot(x, data["foreign_loss"], color="0.6", linewidth=1, label="another's half")
    axes.axhline(np.log(2), color="0.5", linestyle=":", linewidth=1)
    axes.set(ylabel="training loss (nats)", ylim=(0, 2))
    axes.legend(fontsize=7)
    label_sequences(axes)
    return figure
