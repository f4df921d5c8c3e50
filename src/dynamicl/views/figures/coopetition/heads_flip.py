"""Thesis figure 5.6a: layer-2 heads on flip sequences attend to the context's label, then to the looked-up one.

Expect the heads' induction strength to rise with flip (dotted) and to turn negative.
"""

import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from dynamicl.views.figures._strategies import label_sequences


def draw(data: xr.Dataset) -> Figure:
    """Draw every head, one panel a run."""
    runs = data.sizes["init"]
    figure, panels = pyplot.subplots(1, runs, figsize=(2.5 * runs + 0.5, 2.7), sharey=True, squeeze=False)
    for i, panel in enumerate(panels[0]):
        one = data.isel(init=i)
        panel.plot(one["sequences"], one["strength"].transpose("sequences", "head"), linewidth=1)
        panel.plot(one["sequences"], 2 * one["flip"] - 1, color="black", linestyle=":", linewidth=1)
        panel.axhline(0, color="0.5", linewidth=0.6)
        panel.set(ylim=(-1, 1))
        panel.set_title(f"initialisation {int(one['init'])}", fontsize=8)
        label_sequences(panel)
    panels[0][0].set_ylabel("induction strength (2 flip - 1)")
    return figure
