"""Our own: layer-1 heads held to the previous token, so that nothing can take them over.

Left: flip by how many are held throughout. Right: all of them held from later on. If competition for layer 1 ends
in-context learning, dark lines stay high at the left.
"""

import numpy as np
import xarray as xr
from matplotlib import colormaps, pyplot
from matplotlib.figure import Figure

from dynamicl.views.figures._strategies import draw_runs, label_sequences, mark_chance


def draw(data: xr.Dataset) -> Figure:
    """Draw flip by number and by start."""
    figure, panels = pyplot.subplots(1, 2, figsize=(7, 2.9), sharex=True, sharey=True)
    x, early = data["sequences"].values, data["start"].values == 0
    sets = (np.flatnonzero(early), np.flatnonzero(~early))
    names = (
        [f"{int(count)} heads" for count in data["held"].values],
        [f"from {s:g}" for s in data["start"].values],
    )
    for panel, places, labels in zip(panels, sets, names, strict=True):
        shades = colormaps["viridis_r"](np.linspace(0.1, 1, max(len(places), 2)))
        for place, shade in zip(places, shades, strict=False):
            draw_runs(panel, x, data["flip"].isel(condition=int(place)).values, shade, labels[place])
        panel.set_ylim(0, 1)
        if len(places):
            panel.legend(fontsize=6.5)
        mark_chance(panel)
        label_sequences(panel)
    panels[0].set(ylabel="flip", title="held throughout")
    panels[1].set_title("all held from a share of training on")
    return figure
