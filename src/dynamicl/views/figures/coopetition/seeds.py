"""Thesis figure D.1: initialisations move the timing of flip, data seeds hardly."""

import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from dynamicl.views.figures._strategies import label_sequences, mark_chance


def draw(data: xr.Dataset) -> Figure:
    """Draw flip for initialisations and for data seeds."""
    figure, panels = pyplot.subplots(1, 2, figsize=(6.6, 2.8), sharex=True, sharey=True)
    others = {"init": "data", "data": "init"}
    for panel, name in zip(panels, others, strict=True):
        fixed = data[others[name]].values
        some = data.isel(run=fixed == fixed[0])
        for run in range(some.sizes["run"]):
            label = f"{name} {int(some[name][run])}"
            panel.plot(some["sequences"], some["flip"].isel(run=run), linewidth=1, label=label)
        panel.set(title={"init": "initialisations", "data": "data seeds"}[name], ylim=(0, 1))
        panel.legend(fontsize=6.5)
        mark_chance(panel)
        label_sequences(panel)
    panels[0].set_ylabel("flip")
    return figure
