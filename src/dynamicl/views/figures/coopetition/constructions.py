"""Our own: the two constructions of augmented classes side by side.

Expect the rise and fall of flip in both.
"""

import xarray as xr
from matplotlib.figure import Figure

from dynamicl.views.figures._strategies import conditions


def draw(data: xr.Dataset) -> Figure:
    """Draw one panel a construction."""
    return conditions(data, "construction", "{} classes")
