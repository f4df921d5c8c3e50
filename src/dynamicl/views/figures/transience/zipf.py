"""Thesis figure 3.7: icl, ciwl and iwl by Zipf exponent.

Expect a later, flatter hump of icl at 1 and none at 2.
"""

import xarray as xr
from matplotlib.figure import Figure

from dynamicl.views.figures._strategies import levels


def draw(data: xr.Dataset) -> Figure:
    """Draw all by exponent."""
    return levels(data, "exponent", ("icl", "ciwl", "iwl"), title="exponent", form="{:g}")
