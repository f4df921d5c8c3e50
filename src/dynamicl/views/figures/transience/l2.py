"""Thesis figures 3.8 and B.3: icl, ciwl and iwl by strength of the penalty on all weights.

Expect icl to stay at a middle strength.
"""

import xarray as xr
from matplotlib.figure import Figure

from dynamicl.views.figures._strategies import levels


def draw(data: xr.Dataset) -> Figure:
    """Draw all by strength."""
    return levels(data, "strength", ("icl", "ciwl", "iwl"), title="strength", form="{:g}")
