"""Reddy figure A.5: in-context accuracy of the full network for pairs of N and L.

Expect all runs to jump where L > N, and few where L = N (left).
"""

import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from ._shared import label_updates


def draw(data: xr.Dataset) -> Figure:
    """Draw every run, a panel for each cell."""
    cells = data.sizes["cell"]
    columns = -(-cells // 2)
    figure, panels = pyplot.subplots(
        2, columns, figsize=(2.6 * columns, 4.2), sharex=True, sharey=True, squeeze=False
    )
    for i, axes in enumerate(panels.flat):
        if i >= cells:
            axes.set_visible(False)
            continue
        cell = data.isel(cell=i)
        axes.plot(data["step"], cell["novel"].transpose("seed", "step").values.T, linewidth=0.8)
        axes.set_title(f"N = {int(cell['pairs'])}, L = {int(cell['labels'])}", fontsize=8)
        axes.set_ylim(0, 1.03)
        label_updates(axes)
    figure.supylabel("accuracy, novel classes")
    return figure
