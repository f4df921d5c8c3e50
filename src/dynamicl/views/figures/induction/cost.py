"""Thesis 4.4.3: a clamped training step against a progress measure on a batch of the same size.

Expect a ratio of about three: a gradient costs about two forward passes on top of one.
"""

import xarray as xr
from matplotlib.figure import Figure

from ._timings import draw_ways


def draw(data: xr.Dataset) -> Figure:
    """Draw the time of a call, every repeat."""
    return draw_ways(data, "microseconds a call")
