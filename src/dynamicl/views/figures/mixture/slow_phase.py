"""Reddy section 3: the level from which in-context accuracy jumps.

Expect a climb from 1 / L to 1 / N (dotted), with CLA ahead of it; dots mark the level that is judged.
"""

import numpy as np
import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from dynamicl.studies.mixture._readings import jump_of

from ._shared import draw_runs, label_updates


def draw(data: xr.Dataset) -> Figure:
    """Draw the low end of the accuracy, and CLA."""
    figure, axes = pyplot.subplots()
    jump = jump_of(data, 1 / data.attrs["pairs"])
    for name in ("novel", "cla"):
        draw_runs(axes, data["step"], data[name].transpose("run", "step"), name)
    for level in (1 / data.attrs["labels"], 1 / data.attrs["pairs"]):
        axes.axhline(level, color="#888888", linewidth=0.8, linestyle=":")
    axes.plot(np.asarray(jump.t10), data["before"].values, "o", color="#D55E00", markersize=4)
    label_updates(axes)
    axes.set(ylabel="accuracy", ylim=(0, 1.03))
    axes.legend(fontsize=8)
    return figure
