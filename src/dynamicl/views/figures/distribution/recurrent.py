"""Thesis figure 2.7: icl on unseen classes of every architecture, a line a rate and warm-up.

Expect lines that leave chance with the transformer alone.
"""

import xarray as xr
from matplotlib.figure import Figure

from dynamicl.views.figures._strategies import by_architecture, mark_chance


def draw(data: xr.Dataset) -> Figure:
    """Draw one panel an architecture."""
    figure = by_architecture(data, "icl")
    for panel in figure.axes:
        panel.set_ylim(0.3, 1)
        mark_chance(panel)
    return figure
