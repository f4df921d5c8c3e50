"""Our own: the runs of the first seeds with twice the batch.

Expect the same two fates, and jumps at times of the same order.
"""

import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from ._by_kind import draw_runs


def draw(data: xr.Dataset) -> Figure:
    """Draw every run, and a tick at each S of the usual batch."""
    figure, axes = pyplot.subplots()
    draw_runs(axes, data)
    usual = data["first_time"].values[data["first_converged"].values]
    axes.plot(usual, [0.02] * len(usual), "|", color="k", markersize=9, label="S with the usual batch")
    axes.set(xlabel="training steps", ylabel="accuracy", ylim=(0, 1.02))
    axes.legend(loc="upper left")
    return figure
