"""Thesis appendix C.1: the number of distinct training sequences, counted and by the formula.

Expect every point on the diagonal, the study's own task at 78,400.
"""

import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter


def draw(data: xr.Dataset) -> Figure:
    """Draw what a task counts against the formula."""
    figure, axes = pyplot.subplots()
    formula, counted = data["formula"].values, data["counted"].values
    axes.plot(formula, formula, color="0.7", linewidth=1, zorder=1)
    for i, name in enumerate(data["task"].values):
        axes.plot(formula[i], counted[i], "o", color=f"C{i}", label=str(name))
    axes.set(xlabel="$2 F E^3 C (C - 1) L (L - 1)$", ylabel="distinct sequences counted")
    axes.xaxis.set_major_formatter(EngFormatter(sep=""))
    axes.yaxis.set_major_formatter(EngFormatter(sep=""))
    axes.legend(fontsize=8)
    return figure
