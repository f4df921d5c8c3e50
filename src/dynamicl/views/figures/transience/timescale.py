"""Thesis 3.1: icl of every all-bursty condition.

Expect it to fade wherever it appears.
"""

import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from dynamicl.views.figures._strategies import draw_runs, label_sequences, mark_chance


def draw(data: xr.Dataset) -> Figure:
    """Draw one colour a condition."""
    figure, axes = pyplot.subplots(figsize=(5, 3.2))
    for place, name in enumerate(dict.fromkeys(data["condition"].values.tolist())):
        runs = data["icl"].isel(run=data["condition"].values == name).transpose("run", "sequences").values
        draw_runs(axes, data["sequences"].values, runs, f"C{place % 8}", str(name))
    axes.set(ylabel="icl", ylim=(0.3, 1))
    axes.legend(fontsize=6.5)
    mark_chance(axes)
    label_sequences(axes)
    return figure
