"""Thesis 5.9.2: icl at the checkpoints of main runs (solid), and without their previous-token heads (dashed).

Expect the dashed lines at chance wherever the solid ones are high.
"""

import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from dynamicl.views.figures._strategies import label_sequences, mark_chance


def draw(data: xr.Dataset) -> Figure:
    """Draw both accuracies of each run."""
    figure, axes = pyplot.subplots(figsize=(4.4, 2.9))
    for i, init in enumerate(data["init"].values):
        axes.plot(
            data["sequences"], data["icl"].isel(init=i), "-", color=f"C{i}", label=f"initialisation {init}"
        )
        axes.plot(data["sequences"], data["ablated"].isel(init=i), "--", color=f"C{i}")
    axes.set(ylim=(0.3, 1), ylabel="icl")
    axes.legend(fontsize=7)
    mark_chance(axes)
    label_sequences(axes)
    return figure
