"""Thesis figure 5.11b: when flip goes below one half, in main runs and without the heads that they came to use.

Expect flip to come back later in the right panel.
"""

import xarray as xr
from matplotlib.figure import Figure

from dynamicl.views.figures._strategies import conditions


def draw(data: xr.Dataset) -> Figure:
    """Draw one panel a condition."""
    return conditions(data, "condition", "{}")
