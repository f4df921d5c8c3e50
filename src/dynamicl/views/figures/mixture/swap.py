"""Reddy figure 1d: accuracy with swapped labels against accuracy on novel classes.

Expect all evaluations of all runs on the diagonal; the ends (large dots) are judged.
"""

import numpy as np
import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from dynamicl.studies.mixture._readings import end_of


def draw(data: xr.Dataset) -> Figure:
    """Draw one against the other."""
    figure, axes = pyplot.subplots(figsize=(3.6, 3.4))
    novel, swap = (data[name].transpose("run", "step").values for name in ("novel", "swap"))
    axes.plot(np.array([0, 1]), np.array([0, 1]), color="#888888", linewidth=0.8)
    axes.plot(novel.T, swap.T, ".", markersize=2.5, alpha=0.5)
    axes.plot(end_of(novel), end_of(swap), "o", color="#000000", markersize=5)
    axes.set(xlabel="accuracy, novel classes", ylabel="accuracy, swapped labels")
    return figure
