"""Thesis figure 5.10: main runs, and runs that show the query's own drawing.

Expect flip and icl to stay high in matched runs.
"""

import xarray as xr
from matplotlib.figure import Figure

from dynamicl.views.figures._strategies import conditions


def draw(data: xr.Dataset) -> Figure:
    """Draw one panel a condition."""
    return conditions(data, "condition", "{}")
