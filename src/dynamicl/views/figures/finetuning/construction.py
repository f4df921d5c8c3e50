"""Section 6 of the report: a layer whose weights are written down, against a step of gradient descent.

Expect errors of rounding for linear attention, and errors of order one with the softmax.
"""

import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from ._errors import draw_errors


def draw(data: xr.Dataset) -> Figure:
    """Draw a point a random draw, with the bound of the criterion."""
    figure, axes = pyplot.subplots(figsize=(3.8, 3.2))
    draw_errors(axes, data["error"], 0, label=True)
    axes.axhline(1e-5, color="C0", linewidth=0.8, linestyle="--")
    axes.set_xticks([])
    axes.legend(fontsize=7, loc="center right")
    return figure
