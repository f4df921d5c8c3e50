"""Thesis 2.3.4: iwl against exposures of a class, by number of classes.

Expect more classes (dark) below fewer at every exposure.
"""

import numpy as np
import xarray as xr
from matplotlib import colormaps, pyplot
from matplotlib.figure import Figure

from dynamicl.views.figures._strategies import draw_runs


def draw(data: xr.Dataset) -> Figure:
    """Draw every run."""
    figure, axes = pyplot.subplots()
    counts = data["classes"].values
    shades = colormaps["viridis_r"](np.linspace(0.1, 1, len(counts)))
    for classes, shade in zip(counts, shades, strict=True):
        exposures = data["sequences"].values * data.attrs["slots"] / classes
        runs = data["iwl"].sel(classes=classes).transpose(..., "sequences").values
        draw_runs(axes, exposures[1:], runs[..., 1:], shade, f"{classes} classes")
    axes.set(xscale="log", xlabel="exposures of a class", ylabel="iwl")
    axes.legend(fontsize=7)
    return figure
