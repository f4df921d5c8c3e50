"""Thesis figure 2.4: icl and iwl by labels of a class.

Expect icl to end higher with more labels.
"""

import xarray as xr
from matplotlib.figure import Figure

from dynamicl.views.figures._strategies import levels


def draw(data: xr.Dataset) -> Figure:
    """Draw both by labels of a class."""
    return levels(data, "labels", title="labels a class")
