"""Thesis figure 3.5: strategies by numbers of classes and drawings.

Expect many classes to peak highest and fall most gently.
"""

import xarray as xr
from matplotlib.figure import Figure

from dynamicl.views.figures._strategies import conditions


def draw(data: xr.Dataset) -> Figure:
    """Draw one panel a size."""
    return conditions(data.assign_coords(size=data["words"].values), "size")
