"""Thesis figure 5.8c: bursty training that goes on from along a ciwl-only run.

Expect humps of flip that get lower the later (darker) it starts.
"""

import numpy as np
import xarray as xr
from matplotlib import colormaps, pyplot
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter

from dynamicl.views.figures._strategies import label_sequences, mark_chance


def draw(data: xr.Dataset) -> Figure:
    """Draw flip from each start."""
    figure, axes = pyplot.subplots(figsize=(4.6, 2.9))
    starts = np.sort(data["start"].values)
    words = EngFormatter(sep="")
    for start, shade in zip(starts, colormaps["viridis_r"](np.linspace(0.1, 1, len(starts))), strict=True):
        axes.plot(
            data["sequences"], data["flip"].sel(start=start), color=shade, linewidth=1, label=words(start)
        )
    mark_chance(axes)
    axes.set(ylim=(0, 1), ylabel="flip")
    axes.legend(title="after ciwl-only", fontsize=6.5, title_fontsize=6.5)
    label_sequences(axes)
    return figure
