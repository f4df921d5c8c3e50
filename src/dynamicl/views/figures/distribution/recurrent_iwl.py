"""Thesis figure A.2: iwl of every architecture, a line a rate and warm-up.

Expect the best lines of all architectures to be about as high.
"""

import xarray as xr
from matplotlib.figure import Figure

from dynamicl.views.figures._strategies import by_architecture


def draw(data: xr.Dataset) -> Figure:
    """Draw one panel an architecture."""
    return by_architecture(data, "iwl")
