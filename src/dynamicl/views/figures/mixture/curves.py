"""Reddy figure 1d: loss and accuracies with B = 2 and K = 512.

Expect both in-context accuracies to rise together, late and abruptly.
"""

import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from ._shared import draw_runs, label_updates


def draw(data: xr.Dataset) -> Figure:
    """Draw the loss, and the accuracies."""
    figure, panels = pyplot.subplots(1, 2, figsize=(7.8, 3.0))
    draw_runs(panels[0], data["step"], data["loss"].transpose("run", "step"), "loss", color="#444444")
    for name in ("novel", "swap", "in_weights"):
        draw_runs(panels[1], data["step"], data[name].transpose("run", "step"), name)
    panels[0].set(ylabel="loss (nats)", ylim=(0, None))
    panels[1].set(ylabel="accuracy", ylim=(0, 1.03))
    for axes in panels:
        label_updates(axes)
    panels[1].legend(fontsize=7.5)
    return figure
