"""Reddy figure 4: progress measures of all seeds, aligned where in-context accuracy passes half.

Expect CLA and TLA2 to have risen before, ILA1 and TILA2 to rise with the jump, and seeds to lie on each other.
"""

import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from ._shared import draw_aligned


def draw(data: xr.Dataset) -> Figure:
    """Draw the aligned curves."""
    figure, axes = pyplot.subplots()
    draw_aligned(axes, data)
    axes.legend(fontsize=7.5, loc="upper left")
    return figure
