"""Thesis figure 3.8b: in-weights accuracies by strength of the penalty.

Expect iwl to rise and fall at a middle strength.
"""

import xarray as xr
from matplotlib.figure import Figure

from dynamicl.views.figures._strategies import levels


def draw(data: xr.Dataset) -> Figure:
    """Draw them by strength."""
    return levels(data, "strength", ("ciwl", "iwl"), title="strength", form="{:g}")
