"""Thesis figure 3.9a,b: icl and iwl by width.

Expect higher peaks and gentler falls with more (dark).
"""

import xarray as xr
from matplotlib.figure import Figure

from dynamicl.views.figures._strategies import levels


def draw(data: xr.Dataset) -> Figure:
    """Draw both by width."""
    return levels(data, "width", ("icl", "ciwl", "iwl"), title="width")
