"""Thesis figure 2.2: icl on unseen classes and iwl by p(bursty).

Expect icl to rise with it (dark), iwl to fall.
"""

import xarray as xr
from matplotlib.figure import Figure

from dynamicl.views.figures._strategies import levels


def draw(data: xr.Dataset) -> Figure:
    """Draw both by p(bursty)."""
    return levels(data, "share", title="p(bursty)")
