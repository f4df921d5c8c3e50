"""Thesis 4.2.2, footnote 5: a step of a standard run, compiled and dispatched operation by operation.

Expect more than an order of magnitude between them.
"""

import xarray as xr
from matplotlib.figure import Figure

from ._timings import draw_ways


def draw(data: xr.Dataset) -> Figure:
    """Draw the time of a step, every repeat."""
    return draw_ways(data, "microseconds a step")
