"""Report Figure 1: accuracy of one-head runs from scratch, coloured by how they end.

Expect all runs to wait at 1/n; some jump to 1, the others stay or stall below.
"""

import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from ._by_kind import draw_runs


def draw(data: xr.Dataset) -> Figure:
    """Draw every run, and the plateau of guessing among the values shown."""
    figure, axes = pyplot.subplots()
    draw_runs(axes, data)
    axes.axhline(data.attrs["plateau"], color="0.4", linestyle=":", linewidth=1)
    axes.set(xlabel="training steps", ylabel="accuracy", ylim=(0, 1.02))
    axes.legend(loc="upper left")
    return figure
