"""Reddy figure 2c: in-weights accuracy of the rarest tenth of the classes, by the exponent of their frequencies.

Expect it near chance (dotted) where frequencies are unequal.
"""

import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from dynamicl.studies.mixture._cells import line

from ._shared import draw_line


def draw(data: xr.Dataset) -> Figure:
    """Draw the rare classes beside all."""
    figure, axes = pyplot.subplots(figsize=(3.8, 3.0))
    fixed = {"classes": data.attrs["line_classes"], "burst": 1}
    levels, rare = line(data, "alpha", "rare", **fixed)
    draw_line(axes, levels, rare, "in_weights", color="#D55E00", label="rarest tenth, in weights")
    draw_line(axes, *line(data, "alpha", "in_weights", **fixed), "in_weights")
    axes.axhline(1 / data.attrs["labels"], color="#888888", linewidth=0.8, linestyle=":")
    axes.set(xlabel="alpha", ylabel="accuracy at the end")
    axes.legend(fontsize=8)
    return figure
