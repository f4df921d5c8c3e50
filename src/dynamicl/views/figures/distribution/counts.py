"""Thesis appendix A.2.1: parameters of the four networks, counted beside published.

Expect both marks at one place.
"""

import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure


def draw(data: xr.Dataset) -> Figure:
    """Draw both numbers of every network."""
    figure, axes = pyplot.subplots(figsize=(5.5, 2.8))
    places = range(data.sizes["network"])
    axes.plot(data["published"], places, "o", color="0.6", markersize=11, fillstyle="none", label="published")
    axes.plot(data["counted"], places, ".", color="C0", label="counted here")
    axes.set_yticks(list(places), [str(name) for name in data["network"].values])
    axes.set(xlabel="parameters", xlim=(0, None), ylim=(-0.6, data.sizes["network"] - 0.4))
    axes.legend(fontsize=8)
    return figure
