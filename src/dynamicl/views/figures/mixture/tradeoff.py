"""Reddy figure 2: accuracy in context and in weights along K, B, eps, alpha and p_B.

Expect the first to rise and the second to fall with K, B and eps, and alpha = 1 to keep both.
"""

import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from dynamicl.studies.mixture._cells import LEVELS, line

from ._shared import draw_line


def draw(data: xr.Dataset) -> Figure:
    """Draw a panel for each line of cells."""
    figure, panels = pyplot.subplots(1, len(LEVELS), figsize=(11, 2.8), sharey=True)
    for axes, (along, label) in zip(panels, LEVELS.items(), strict=True):
        fixed = {
            name: value
            for name, value in {"classes": data.attrs["line_classes"], "burst": 1}.items()
            if name != along
        }
        for name in ("novel", "in_weights"):
            draw_line(axes, *line(data, along, name, **fixed), name)
        axes.set_xlabel(label)
    panels[0].set_ylabel("accuracy at the end")
    panels[0].legend(fontsize=7)
    return figure
