"""Thesis 4.2.1: strategies with a frozen encoder and with one that learns, many classes and few.

Expect the same order in both rows of panels.
"""

import xarray as xr
from matplotlib.figure import Figure

from dynamicl.views.figures._strategies import conditions


def draw(data: xr.Dataset) -> Figure:
    """Draw one panel an encoder and number of classes."""
    flat = data.stack(condition=("encoder", "classes"), create_index=False)
    pairs = zip(flat["encoder"].values, flat["classes"].values, strict=True)
    names = [f"{encoder}, {classes}" for encoder, classes in pairs]
    return conditions(flat.drop_vars(["encoder", "classes"]).assign_coords(condition=names), "condition")
