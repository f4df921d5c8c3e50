"""Reddy section 4: in-context accuracy long after its rise, under four optimizers.

Expect no fall under plain descent with decay; flip says which strategy rules.
"""

import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from ._shared import draw_runs, label_updates


def draw(data: xr.Dataset) -> Figure:
    """Draw a panel for each optimizer."""
    figure, panels = pyplot.subplots(1, data.sizes["optimizer"], figsize=(10, 2.8), sharey=True)
    for i, axes in enumerate(panels):
        own = data.isel(optimizer=i)
        for name in ("novel", "flip", "ciwl"):
            draw_runs(axes, data["step"], own[name].transpose("seed", "step"), name)
        axes.set_title(str(own["optimizer"].values), fontsize=8)
        axes.set_ylim(0, 1.03)
        label_updates(axes)
    panels[0].set_ylabel("accuracy")
    panels[0].legend(fontsize=7)
    return figure
