"""Errors of an equation over random draws, with and without softmax."""

import numpy as np
import xarray as xr
from matplotlib.axes import Axes

SMALLEST = 1e-18
"""What an error of exactly 0 is drawn as."""


def draw_errors(axes: Axes, errors: xr.DataArray, place: int, label: bool) -> None:
    """Draw a point a draw, linear attention on the left and softmax attention on the right.

    Args:
        axes: to draw in.
        errors: (attention, draw).
        place: on the horizontal axis.
        label: whether they are named in the legend.
    """
    for i, attention in enumerate(("linear", "softmax")):
        values = np.maximum(errors.sel(attention=attention).values, SMALLEST)
        x = place + (i - 0.5) * 0.3 + np.linspace(-0.08, 0.08, len(values))
        name = f"{attention} attention" if label else "_nolegend_"
        axes.scatter(x, values, s=5, color=f"C{i}", alpha=0.6, linewidths=0, label=name)
    axes.set(yscale="log", ylabel="relative error")
