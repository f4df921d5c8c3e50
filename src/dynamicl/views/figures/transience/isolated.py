"""Thesis figure 3.9c,d: training accuracy on in-context-only and in-weights-only data by width.

Expect wider networks (dark) to be sooner at the right alone.
"""

import numpy as np
import xarray as xr
from matplotlib import colormaps, pyplot
from matplotlib.figure import Figure

from dynamicl.views.figures._strategies import draw_runs, label_sequences


def draw(data: xr.Dataset) -> Figure:
    """Draw both by width."""
    figure, panels = pyplot.subplots(1, 2, figsize=(6.8, 2.8), sharex=True, sharey=True)
    widths = data["width"].values
    shades = colormaps["viridis_r"](np.linspace(0.1, 1, len(widths)))
    for panel, name in zip(panels, ("icl_only", "iwl_only"), strict=True):
        for place, shade in enumerate(shades):
            runs = data[name].isel(width=place).transpose(..., "sequences").values
            draw_runs(panel, data["sequences"].values, runs, shade, str(widths[place]))
        panel.set(title=name.replace("_", "-"), ylim=(0, 1.02))
        label_sequences(panel)
    panels[0].set_ylabel("training accuracy")
    panels[1].legend(fontsize=6.5, title="width", title_fontsize=6.5)
    return figure
