"""Reddy figure 6a: progress measures of the three-parameter head, and its jump beside the full network's.

Expect the order of Figure 4 with a shorter slow phase, and the jump of the head (black) before the network's (grey).
"""

import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from ._shared import draw_aligned, draw_runs, label_updates


def draw(data: xr.Dataset) -> Figure:
    """Draw aligned measures, and both accuracies over updates."""
    figure, panels = pyplot.subplots(1, 2, figsize=(7.8, 3.0))
    draw_aligned(panels[0], data)
    draw_runs(panels[1], data["step"], data["novel"].transpose("run", "step"), "novel", label="minimal head")
    full = data["full"].transpose("run", "full_step")
    draw_runs(panels[1], data["full_step"], full, "full", label="full network", color="#888888")
    panels[1].set(ylabel="accuracy, novel classes", ylim=(0, 1.03))
    label_updates(panels[1])
    for axes in panels:
        axes.legend(fontsize=7)
    return figure
