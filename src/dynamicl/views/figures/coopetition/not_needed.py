"""Thesis figure 5.11a: main runs, and runs with layer 1 barred from the previous token.

Expect icl at chance and the same ciwl in barred runs.
"""

import xarray as xr
from matplotlib.figure import Figure

from dynamicl.views.figures._strategies import conditions


def draw(data: xr.Dataset) -> Figure:
    """Draw one panel a condition."""
    return conditions(data, "condition", "{}")
