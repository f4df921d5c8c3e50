"""Thesis figure 5.8b: in-context-only training with second halves from along a ciwl-only run.

Left: that run. Right: losses, dark for late halves. Expect those from the middle to fall, the first and last to stay.
"""

import numpy as np
import xarray as xr
from matplotlib import colormaps, pyplot
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter

from dynamicl.views.figures._strategies import COLOURS, label_sequences


def draw(data: xr.Dataset) -> Figure:
    """Draw the ciwl-only run with the moments, and a loss for each."""
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(7, 2.9))
    left.plot(data["time"], data["ciwl"], color=COLOURS["ciwl"])
    taken = np.sort(data["taken"].values)
    shades = colormaps["viridis_r"](np.linspace(0.1, 1, len(taken)))
    words = EngFormatter(sep="")
    for moment, shade in zip(taken, shades, strict=True):
        left.axvline(moment, color=shade, linewidth=1)
        right.plot(
            data["sequences"], data["loss"].sel(taken=moment), color=shade, linewidth=1, label=words(moment)
        )
    right.axhline(np.log(2), color="0.5", linestyle=":", linewidth=1)
    left.set(ylabel="ciwl, trained on it alone")
    right.set(ylabel="icl-only training loss (nats)", ylim=(0, 2))
    right.legend(title="half taken at", fontsize=6.5, title_fontsize=6.5)
    for panel in (left, right):
        label_sequences(panel)
    return figure
