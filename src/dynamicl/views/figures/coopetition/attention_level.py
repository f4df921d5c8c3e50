"""Thesis 5.5.2: mean attention to the right label of each layer-2 head on ciwl sequences.

Expect the mean over heads (line) well below 1.
"""

import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure


def draw(data: xr.Dataset) -> Figure:
    """Draw attention to either label by head."""
    figure, axes = pyplot.subplots(figsize=(4, 2.8))
    axes.plot(data["head"], data["right"], "o", label="right label")
    axes.plot(data["head"], data["other"], "x", label="other label")
    axes.axhline(float(data["right"].mean()), color="C0", linewidth=1)
    axes.set(ylim=(0, 1), xlabel="layer-2 head", ylabel="attention of the query")
    axes.legend(fontsize=7)
    return figure
