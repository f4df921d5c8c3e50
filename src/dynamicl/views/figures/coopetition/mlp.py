"""Thesis figure D.4: networks with MLPs in the four settings; an empty frame where they were not trained."""

import xarray as xr
from matplotlib.figure import Figure

from dynamicl.views.figures._strategies import conditions, not_trained


def draw(data: xr.Dataset) -> Figure:
    """Draw one panel a setting."""
    if bool(data["trained"]):
        return conditions(data, "setting")
    return not_trained()
