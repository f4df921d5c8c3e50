"""Thesis 5.5.3: ciwl when layer 2 lacks layer 1 in its values, keys or queries alone.

Expect values and keys near chance, queries near the whole.
"""

import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from dynamicl.views.figures._strategies import COLOURS, mark_chance


def draw(data: xr.Dataset) -> Figure:
    """Draw one dot a part."""
    figure, axes = pyplot.subplots(figsize=(3.8, 2.8))
    axes.plot(range(data.sizes["lacking"]), data["accuracy"].values, "o", color=COLOURS["ciwl"])
    axes.set_xticks(range(data.sizes["lacking"]), data["lacking"].values)
    axes.set(ylim=(0.4, 1.02), xlabel="layer 2 lacks layer 1 in its", ylabel="ciwl", xlim=(-0.5, 3.5))
    mark_chance(axes)
    return figure
