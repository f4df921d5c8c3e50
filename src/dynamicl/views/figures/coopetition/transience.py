"""Thesis figures 5.1b and D.1: in-context learning rises and fades; with it the phase portrait of the main runs.

Expect flip (green) to pass one half and come back, ciwl (blue) to rise to the end, icl (red) to have a hump. Right: the
same runs in the plane of strategies; they go up, towards reading the context, and end at the lower right.
"""

import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from dynamicl.views.figures._strategies import COLOURS, draw_paths, draw_strategies, mark_chance


def draw(data: xr.Dataset) -> Figure:
    """Draw curves and paths of the main runs."""
    figure, (left, middle, right) = pyplot.subplots(1, 3, figsize=(9.4, 2.9))
    draw_strategies(left, data)
    left.legend(fontsize=7)
    draw_paths(middle, data, "ciwl", "flip", COLOURS["flip"])
    mark_chance(middle)
    draw_paths(right, data, "iwl", "icl", COLOURS["icl"])
    mark_chance(right)
    return figure
