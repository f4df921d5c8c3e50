"""Thesis Appendix C.4: the origin of the toy's loss is a saddle, flatter the more vectors there are.

Expect straight lines on logarithmic axes with slopes equal to the number of vectors: the loss falls one way (solid)
and rises the other (dashed). The interval in the legend is over draws.
"""

import numpy as np
import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from ._shared import interval_over_seeds, make_logarithmic


def draw(data: xr.Dataset) -> Figure:
    """Draw the change of the loss along the two directions against the distance from the origin."""
    figure, axes = pyplot.subplots()
    x = data["scale"].values
    for i, count in enumerate(data["vectors"].values):
        one = data.sel(vectors=count)
        slope = interval_over_seeds(one["order"].values)
        words = f"{count} vectors: slope {slope.value:.3f} [{slope.low:.3f}, {slope.high:.3f}]"
        axes.plot(x, np.abs(one["descent"].values), color=f"C{i}", label=words)
        axes.plot(x, np.abs(one["ascent"].values), color="black", linestyle=(0, (2, 5)), linewidth=0.8)
    make_logarithmic(axes)
    axes.set(xscale="log", xlabel="distance from the origin", ylabel="|change of the loss|")
    axes.set_title("A saddle: down one way (solid), up the other (dashed)", fontsize=9)
    axes.legend(fontsize=7.5)
    return figure
