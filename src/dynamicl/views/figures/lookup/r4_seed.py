"""Report Figure 8: one initialisation under different data.

Expect some runs to jump and the others to stay on the plateau.
"""

import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from ._by_kind import draw_runs


def draw(data: xr.Dataset) -> Figure:
    """Draw every run."""
    figure, axes = pyplot.subplots()
    draw_runs(axes, data)
    axes.set(xlabel="training steps", ylabel="accuracy", ylim=(0, 1.02))
    axes.legend(loc="upper left")
    return figure
