"""Reddy figure A.2: progress measures of the three-parameter head with two items of a class (K = 512, D = 64, B = 2).

Expect the order of Figure 4: CLA and TLA2 before the jump, ILA1 and TILA2 with it.
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
