"""Thesis figure 3.3: icl by depth.

Expect a hump at every depth, in no order.
"""

import xarray as xr
from matplotlib.figure import Figure

from dynamicl.views.figures._strategies import levels


def draw(data: xr.Dataset) -> Figure:
    """Draw icl by depth."""
    return levels(data, "layers", ("icl",), title="layers")
