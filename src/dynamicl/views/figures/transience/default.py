"""Thesis figure 3.2: strategies, pure in-weights accuracy and training loss of the main runs.

Expect a hump of icl, a slow rise of iwl, a loss that falls all along.
"""

import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from dynamicl.views.figures._strategies import draw_runs, draw_strategies, label_sequences


def draw(data: xr.Dataset) -> Figure:
    """Draw the main runs."""
    figure, (left, middle, right) = pyplot.subplots(1, 3, figsize=(9.4, 2.9))
    draw_strategies(left, data)
    left.legend(fontsize=7)
    x = data["sequences"].values
    draw_runs(middle, x, data["iwl"].transpose(..., "sequences").values, "black")
    middle.set(ylabel="iwl")
    draw_runs(right, x, data["train_loss"].transpose(..., "sequences").values, "C0")
    right.set(ylabel="training loss (nats)", yscale="log")
    for panel in (middle, right):
        label_sequences(panel)
    return figure
