"""Reddy figure A.3: how the two-parameter head ends in each cell, against the full network.

Expect points about the diagonal; where the full network was left out, the head's own cells by number.
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
        means = data[name].mean("seed")
        if "network" in data.dims:
            x, y = means.transpose("network", "cell").values
        else:
            x, y = np.arange(data.sizes["cell"]), means.values
        axes.plot(x, y, "o", color=COLOURS[name], label=NAMES[name], markersize=4)
    if "network" in data.dims:
        axes.plot(np.array([0, 1]), np.array([0, 1]), color="#888888", linewidth=0.8)
    axes.set(
        xlabel="full network" if "network" in data.dims else "cell",
        ylabel="two-parameter head: accuracy at the end",
        ylim=(-0.03, 1.03),
    )
    axes.legend(fontsize=8)
    return figure
