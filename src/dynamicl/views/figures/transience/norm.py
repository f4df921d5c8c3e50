"""Thesis 3.5: sum of squared weights beside icl.

Expect weights to grow while icl fades.
"""

import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from dynamicl.views.figures._strategies import COLOURS, draw_runs, label_sequences, mark_chance


def draw(data: xr.Dataset) -> Figure:
    """Draw both for the main runs."""
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(6.6, 2.8), sharex=True)
    x = data["sequences"].values
    draw_runs(left, x, data["icl"].transpose(..., "sequences").values, COLOURS["icl"])
    draw_runs(right, x, data["squared_norm"].transpose(..., "sequences").values, "C0")
    left.set(ylabel="icl", ylim=(0.3, 1))
    mark_chance(left)
    right.set(ylabel="sum of squared weights", ylim=(0, None))
    for panel in (left, right):
        label_sequences(panel)
    return figure
