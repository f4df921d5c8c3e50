"""Thesis figure 3.4: icl and iwl by drawings of a class.

Expect higher peaks and steeper falls with more (dark).
"""

import xarray as xr
from matplotlib.figure import Figure

from dynamicl.views.figures._strategies import levels


def draw(data: xr.Dataset) -> Figure:
    """Draw both by drawings of a class."""
    return levels(data, "drawings", ("icl", "ciwl", "iwl"), title="drawings")
