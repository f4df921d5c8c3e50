"""Reddy figures 6a and A.2: progress measures of the three-parameter head, and its jump beside the full network's.

Expect the order of Figure 4 with a shorter slow phase, and the jump of the head (black) before the network's (grey).
"""

import numpy as np
import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from dynamicl.studies.mixture._minimal import jumps
from dynamicl.studies.mixture._readings import MEASURES, aligned

from ._shared import SHOWN, draw_runs, label_updates


def draw(data: xr.Dataset) -> Figure:
    """Draw aligned measures, and both accuracies over updates."""
    figure, panels = pyplot.subplots(1, 2, figsize=(7.8, 3.0))
    names = ("novel", *MEASURES)
    head, _ = jumps(data)
    table = aligned(data, names, np.where(head.solved, head.t50, np.nan), SHOWN)
    for name, curves in zip(names, table, strict=True):
        draw_runs(panels[0], SHOWN, curves, name)
    draw_runs(panels[1], data["step"], data["novel"].transpose("run", "step"), "novel", label="minimal head")
    full = data["full"].transpose("run", "full_step")
    draw_runs(panels[1], data["full_step"], full, "full", label="full network", color="#888888")
    panels[0].set(xlabel="time from the jump, over t50", ylabel="accuracy, attention", ylim=(0, 1.03))
    panels[1].set(ylabel="accuracy, novel classes", ylim=(0, 1.03))
    label_updates(panels[1])
    for axes in panels:
        axes.legend(fontsize=7)
    return figure
