"""Reddy section 3: in-weights accuracy before and after the in-context solution is learnt.

Expect in-weights accuracy to stop where in-context accuracy has made nine tenths of its way (dots).
"""

import numpy as np
import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from dynamicl.studies.mixture._curves import rise

from ._shared import draw_runs, label_updates


def draw(data: xr.Dataset) -> Figure:
    """Draw both accuracies."""
    figure, axes = pyplot.subplots()
    for name in ("novel", "in_weights"):
        draw_runs(axes, data["step"], data[name].transpose("run", "step"), name)
    weights = data["in_weights"].transpose("run", "step").values
    t90 = rise(data).t90
    then = [np.interp(t, data["step"].values, curve) for t, curve in zip(t90, weights, strict=True)]
    axes.plot(t90, then, "o", color="#D55E00", markersize=4)
    label_updates(axes)
    axes.set(ylabel="accuracy", ylim=(0, 1.03))
    axes.legend(fontsize=8)
    return figure
