"""Thesis figure 3.3: icl by depth; an empty frame where deep networks were not trained.

Expect a hump at every depth, in no order.
"""

import xarray as xr
from matplotlib.figure import Figure

from dynamicl.views.figures._strategies import levels, not_trained


def draw(data: xr.Dataset) -> Figure:
    """Draw icl by depth."""
    if bool(data["trained"]):
        return levels(data, "layers", ("icl",), title="layers")
    return not_trained()
