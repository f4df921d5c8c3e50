"""Our own: strategies of the base, with eight pairs, and with a learnt embedder.

Expect the same order in every panel.
"""

import xarray as xr
from matplotlib.figure import Figure

from dynamicl.views.figures._strategies import conditions


def draw(data: xr.Dataset) -> Figure:
    """Draw one panel a control."""
    return conditions(data, "control")
