"""Thesis appendix C.4: the origin is a saddle, flatter the more vectors there are.

Expect straight lines with slopes equal to the number of vectors, down one way (solid) and up the other (dashed).
"""

import numpy as np
import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure


def draw(data: xr.Dataset) -> Figure:
    """Draw the change of the loss along the two directions against the distance, first draw."""
    figure, axes = pyplot.subplots()
    for i, count in enumerate(data["vectors"].values):
        rows = data.sel(vectors=count)
        words = f"{count} vectors: slope {float(rows['order'].mean()):.2f}"
        axes.plot(data["scale"], -rows["descent"].isel(draw=0), color=f"C{i}", label=words)
        axes.plot(data["scale"], np.abs(rows["ascent"].isel(draw=0)), "--", color="black", linewidth=0.7)
    axes.set(xscale="log", yscale="log", xlabel="distance from the origin, ε", ylabel="|change of the loss|")
    axes.legend(fontsize=8)
    return figure
