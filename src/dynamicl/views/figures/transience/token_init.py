"""Thesis figure B.1: icl on clustered token embeddings by run.

Expect some that stay at chance.
"""

import xarray as xr
from matplotlib.figure import Figure

from .tokens import draw as draw_tokens


def draw(data: xr.Dataset) -> Figure:
    """Draw every run."""
    return draw_tokens(data)
