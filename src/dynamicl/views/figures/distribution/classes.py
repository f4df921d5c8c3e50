"""Thesis figure 2.5: icl and iwl by number of classes.

Expect icl to rise with it (dark), iwl to fall.
"""

import xarray as xr
from matplotlib.figure import Figure

from dynamicl.views.figures._strategies import levels


def draw(data: xr.Dataset) -> Figure:
    """Draw both by number of classes."""
    return levels(data, "classes", title="classes")
