"""Report Figure 6: the sum of squared parameters over training, coloured by how runs end.

In the report those that find the exact solution end lowest.
"""

import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from ._by_kind import draw_runs


def draw(data: xr.Dataset) -> Figure:
    """Draw every run."""
    figure, axes = pyplot.subplots()
    draw_runs(axes, data, "squared_norm")
    axes.set(xlabel="training steps", ylabel="sum of squared parameters")
    axes.legend()
    return figure
