"""Thesis figure A.1: mean icl of every condition on trained classes against unseen ones.

Expect points on or a little above the diagonal.
"""

import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure


def draw(data: xr.Dataset) -> Figure:
    """Draw a dot a condition."""
    figure, axes = pyplot.subplots(figsize=(3.6, 3.2))
    axes.plot([0.4, 1], [0.4, 1], color="0.5", linestyle=":", linewidth=1)
    axes.plot(data["unseen"], data["trained"], "o", color="C0", markersize=4)
    axes.set(xlabel="icl on unseen classes", ylabel="icl on trained classes")
    return figure
