"""Reddy figure A.1: both accuracies where bursty, independent and novel sequences are mixed.

Expect both to end near 1 in every cell.
"""

import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from ._shared import draw_runs, label_updates


def draw(data: xr.Dataset) -> Figure:
    """Draw a panel for each cell of p_B (rows) and p_C (columns)."""
    rows, columns = data.sizes["bursty"], data.sizes["in_context"]
    figure, panels = pyplot.subplots(
        rows, columns, figsize=(6.5, 4.2), sharex=True, sharey=True, squeeze=False
    )
    for i, bursty in enumerate(data["bursty"].values):
        for j, share in enumerate(data["in_context"].values):
            axes, cell = panels[i, j], data.isel(bursty=i, in_context=j)
            for name in ("novel", "in_weights"):
                draw_runs(axes, data["step"], cell[name].transpose("seed", "step"), name)
            axes.set_title(f"p_B {bursty:g}, p_C {share:g}", fontsize=8)
            axes.set_ylim(0, 1.03)
            if i == rows - 1:
                label_updates(axes)
    panels[0, 0].legend(fontsize=7)
    figure.supylabel("accuracy")
    return figure
