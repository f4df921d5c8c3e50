"""Reddy figure 2a: in-weights accuracy with independent items, by the number of classes.

Expect 1 for every K.
"""

import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from dynamicl.studies.mixture._cells import line

from ._shared import draw_line


def draw(data: xr.Dataset) -> Figure:
    """Draw both accuracies along K."""
    figure, axes = pyplot.subplots(figsize=(3.8, 3.0))
    for name in ("in_weights", "novel"):
        draw_line(axes, *line(data, "classes", name, burst=0), name)
    axes.set(xlabel="K", ylabel="accuracy at the end")
    axes.legend(fontsize=8)
    return figure
