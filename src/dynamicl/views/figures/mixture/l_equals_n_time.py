"""Reddy figure A.4a against 7a: the in-context solution takes longer for L = N.

Expect the curve of as many labels as pairs to fall last.
"""

import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure


def draw(data: xr.Dataset) -> Figure:
    """Draw the loss for every number of labels, from the smallest start."""
    figure, axes = pyplot.subplots()
    for i, labels in enumerate(data["labels"].values):
        axes.plot(data["step"], data["loss"].sel(labels=labels), color=f"C{i}", label=f"L = {labels}")
    axes.set(xlabel="steps", ylabel="loss (nats)", title="N = 8")
    axes.legend(fontsize=8)
    return figure
