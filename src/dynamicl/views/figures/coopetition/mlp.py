"""Thesis figure D.4: networks with MLPs in the four settings; an empty frame where they were not trained."""

import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from ._shared import conditions


def draw(data: xr.Dataset) -> Figure:
    """Draw one panel a setting."""
    if bool(data["trained"]):
        return conditions(data, "setting")
    figure, axes = pyplot.subplots(figsize=(3.6, 1.6))
    axes.text(0.5, 0.5, "not trained at this scale", ha="center", va="center")
    axes.set_axis_off()
    return figure
