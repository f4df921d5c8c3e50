"""Thesis figure D.2: networks with sinusoidal and with rotary positions.

Expect icl at chance, and ciwl to rise.
"""

import xarray as xr
from matplotlib.figure import Figure

from dynamicl.views.figures._strategies import conditions


def draw(data: xr.Dataset) -> Figure:
    """Draw one panel a condition."""
    return conditions(data, "positions", "{}")
