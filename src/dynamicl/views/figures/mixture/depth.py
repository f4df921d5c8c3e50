"""Reddy section 2: in-weights accuracy with one and with three layers in the classifier.

Expect three layers to come to 1 on many classes, and one to stay below.
"""

import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from ._shared import draw_runs, label_updates


def draw(data: xr.Dataset) -> Figure:
    """Draw in-weights accuracy by depth."""
    figure, axes = pyplot.subplots()
    for layers, colour in zip(data["layers"].values, ("#D55E00", "#0072B2"), strict=True):
        curves = data["in_weights"].sel(layers=layers).transpose("seed", "step")
        draw_runs(axes, data["step"], curves, "in_weights", label=f"{layers} layer(s)", color=colour)
    axes.axhline(0.95, color="#888888", linewidth=0.8, linestyle=":")
    label_updates(axes)
    axes.set(ylabel="in-weights accuracy", ylim=(0, 1.03))
    axes.legend(fontsize=8)
    return figure
