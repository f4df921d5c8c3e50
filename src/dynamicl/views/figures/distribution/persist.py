"""Thesis figure 2.3: icl on unseen classes by p(bursty); who stops at the peak of 1 sees it alone persist."""

import xarray as xr
from matplotlib.figure import Figure

from dynamicl.views.figures._strategies import levels


def draw(data: xr.Dataset) -> Figure:
    """Draw icl by p(bursty)."""
    return levels(data, "share", ("icl",), title="p(bursty)")
