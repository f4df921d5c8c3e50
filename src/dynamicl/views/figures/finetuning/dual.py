"""Section 2 of the report, equations 1 to 4: gradient descent on a linear layer against attention.

Expect errors of rounding for linear attention, and errors of order one with the softmax.
"""

import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from ._errors import draw_errors


def draw(data: xr.Dataset) -> Figure:
    """Draw a point a random draw, with the bounds of the criterion."""
    figure, axes = pyplot.subplots(figsize=(4.6, 3.2))
    names = [str(name) for name in data["equation"].values]
    for i, name in enumerate(names):
        draw_errors(axes, data["error"].sel(equation=name), i, i == 0)
    axes.axhline(1e-5, color="C0", linewidth=0.8, linestyle="--")
    axes.axhline(1e-2, color="C1", linewidth=0.8, linestyle="--")
    axes.set_xticks(range(len(names)), [f"equations {name}" for name in names])
    axes.legend(fontsize=7, loc="center right")
    return figure
