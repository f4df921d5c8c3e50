"""Thesis appendix C.4.2: the more vectors are multiplied, the longer the plateau.

Expect every curve to be a step, each number of vectors about ten times later than the one before.
"""

import numpy as np
import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure


def draw(data: xr.Dataset) -> Figure:
    """Draw which share of draws has left the plateau, over steps."""
    figure, axes = pyplot.subplots()
    for i, count in enumerate(data["vectors"].values):
        times = np.sort(data["escape"].sel(vectors=count).values)
        times = times[np.isfinite(times)]
        share = np.arange(1, times.size + 1) / data.sizes["draw"]
        axes.step(times, share, where="post", color=f"C{i}", label=f"{count} vectors")
    axes.axhline(0.5, color="#888888", linewidth=0.8)
    if np.isfinite(data["escape"]).any():
        axes.set_xscale("log")
    axes.set(xlabel="steps until half the loss is learnt", ylabel="share of draws", ylim=(0, 1))
    axes.legend(fontsize=8)
    return figure
