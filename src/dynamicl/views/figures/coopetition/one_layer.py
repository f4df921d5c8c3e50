"""Thesis figure 5.5: networks of two layers and of one.

Expect the same ciwl (blue), and icl at chance with one layer.
"""

import xarray as xr
from matplotlib.figure import Figure

from dynamicl.views.figures._strategies import conditions


def draw(data: xr.Dataset) -> Figure:
    """Draw one panel a condition."""
    return conditions(data, "layers", "layers: {}")
