"""Reddy figure 3: in-context accuracy, and what both layers attend to, over training.

Expect a slow phase with uniform attention, then a jump at which ILA1 and TILA2 rise together.
"""

import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from ._shared import draw_runs, label_updates


def draw(data: xr.Dataset) -> Figure:
    """Draw accuracy and the three measures that are judged."""
    figure, axes = pyplot.subplots()
    for name in ("novel", "ila1_labels", "tila2", "label_entropy"):
        draw_runs(axes, data["step"], data[name].transpose("run", "step"), name)
    axes.axhline(1 / data.attrs["pairs"], color="#888888", linewidth=0.8, linestyle=":")
    label_updates(axes)
    axes.set(ylabel="accuracy, attention", ylim=(0, 1.03))
    axes.legend(fontsize=7.5)
    return figure
