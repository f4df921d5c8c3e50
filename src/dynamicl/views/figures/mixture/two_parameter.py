"""Reddy figure A.3: how the two-parameter head ends in each cell, against the full network.

Expect points about the diagonal.
"""

import numpy as np
import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from ._shared import COLOURS, NAMES


def draw(data: xr.Dataset) -> Figure:
    """Draw the means of the cells."""
    figure, axes = pyplot.subplots(figsize=(4.2, 3.6))
    for name in ("novel", "in_weights"):
        full, head = data[name].mean("seed").transpose("network", "cell").values
        axes.plot(full, head, "o", color=COLOURS[name], label=NAMES[name], markersize=4)
    axes.plot(np.array([0, 1]), np.array([0, 1]), color="#888888", linewidth=0.8)
    axes.set(xlabel="full network", ylabel="two-parameter head: accuracy at the end", ylim=(-0.03, 1.03))
    axes.legend(fontsize=8)
    return figure
