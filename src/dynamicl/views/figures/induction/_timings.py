"""Seconds of two ways to do something, as points: what the figures of costs share."""

import numpy as np
import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure


def draw_ways(data: xr.Dataset, ylabel: str) -> Figure:
    """Draw the seconds of every repeat of every way, on a logarithmic axis from far below the lowest."""
    figure, axes = pyplot.subplots(figsize=(4.2, 3.2))
    ways = [str(way) for way in data["way"].values]
    for place, way in enumerate(ways):
        micro = 1e6 * data["seconds"].sel(way=way).values
        axes.plot(np.full(micro.size, place), micro, "o", color=f"C{place}", alpha=0.7)
    axes.set_xticks(range(len(ways)), ways)
    axes.set(xlim=(-0.6, len(ways) - 0.4), ylabel=ylabel, xlabel="way")
    if np.isfinite(data["seconds"]).any():
        axes.set_yscale("log")
    return figure
