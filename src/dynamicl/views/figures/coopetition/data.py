"""Thesis figure D.3 and a phase portrait over data properties: fewer classes or drawings.

Expect flip above one half with many classes only. Below: the same runs in the plane of strategies.
"""

import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from dynamicl.views.figures._strategies import draw_paths, draw_strategies, mark_chance


def draw(data: xr.Dataset) -> Figure:
    """Draw curves by setting, and their paths."""
    settings = [str(name) for name in data["setting"].values]
    figure = pyplot.figure(figsize=(11, 5.6))
    panels = figure.subplots(2, len(settings))
    for i, (panel, name) in enumerate(zip(panels[0], settings, strict=True)):
        one = data.sel(setting=name)
        draw_strategies(panel, one)
        classes, drawings = int(one["classes"]), int(one["drawings"])
        panel.set_title(f"{classes} classes of {drawings} drawings", fontsize=8.5)
        draw_paths(panels[1, 0], one, "ciwl", "flip", f"C{i}")
        draw_paths(panels[1, 1], one, "iwl", "icl", f"C{i}", f"{classes} x {drawings}")
    panels[0, -1].legend(fontsize=7)
    for panel in panels[1, :2]:
        mark_chance(panel)
    panels[1, 2].legend(
        *panels[1, 1].get_legend_handles_labels(), title="classes x drawings", loc="center left"
    )
    for panel in panels[1, 2:]:
        panel.set_axis_off()
    return figure
