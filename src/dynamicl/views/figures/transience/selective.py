"""Thesis figure 3.10: strategies of networks with MLPs by the part that is penalised.

Expect icl to stay with the MLPs or the embedder, to fade else.
"""

import xarray as xr
from matplotlib.figure import Figure

from dynamicl.views.figures._strategies import conditions


def draw(data: xr.Dataset) -> Figure:
    """Draw one panel a part."""
    return conditions(data, "part", "penalty on {}")
