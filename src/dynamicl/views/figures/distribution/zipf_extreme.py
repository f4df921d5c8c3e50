"""Thesis figure 2.6d: iwl of the common classes by Zipf exponent.

Expect it to be lower at 3 than at 2.
"""

import xarray as xr
from matplotlib.figure import Figure

from dynamicl.views.figures._strategies import levels


def draw(data: xr.Dataset) -> Figure:
    """Draw its curves by exponent."""
    return levels(data, "exponent", ("icl", "iwl_common"), title="exponent", form="{:g}")
