"""Thesis figure D.4: networks with MLPs in the four settings."""

import xarray as xr
from matplotlib.figure import Figure

from dynamicl.views.figures._strategies import conditions


def draw(data: xr.Dataset) -> Figure:
    """Draw one panel a setting."""
    return conditions(data, "setting")
