"""Thesis figure 5.11b: main runs, and runs without the layer-1 heads that they came to use.

Expect the hump of icl to come later, and not to be missing.
"""

import xarray as xr
from matplotlib.figure import Figure

from dynamicl.views.figures._strategies import conditions


def draw(data: xr.Dataset) -> Figure:
    """Draw one panel a condition."""
    return conditions(data, "condition", "{}")
