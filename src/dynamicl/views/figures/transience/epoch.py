"""Thesis 3.2.2: sequences that a run sees beside those that there are.

Expect the seen ones far to the left.
"""

import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure


def draw(data: xr.Dataset) -> Figure:
    """Draw both numbers of every world."""
    figure, axes = pyplot.subplots(figsize=(5.4, 2.6))
    # Before anything is drawn: an axis without positive numbers cannot become logarithmic.
    axes.set_xscale("log")
    places = range(data.sizes["world"])
    axes.plot(data["seen"], places, "o", color="C1", label="seen")
    axes.plot(data["distinct"], places, "o", color="C0", label="there are")
    axes.set_yticks(list(places), [str(name) for name in data["world"].values])
    axes.set(xlabel="sequences")
    axes.legend(fontsize=7)
    return figure
