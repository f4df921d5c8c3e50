"""Report Figure 4, layer 1: attention of exact one-head runs, a mean over sequences.

By the report's rule every row from the fifth on would look three or four positions to its left (dotted lines).
"""

import numpy as np
import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

MOST = 6


def draw(data: xr.Dataset) -> Figure:
    """Draw one map a run."""
    runs = min(MOST, data.sizes["run"])
    figure, panels = pyplot.subplots(1, runs, figsize=(1.9 * runs + 0.6, 2.4), squeeze=False)
    for i, axes in enumerate(panels.flat):
        axes.imshow(data["attention"].values[i], cmap="magma", vmin=0, vmax=1)
        rows = np.arange(data.sizes["query"])
        for offset in (3, 4):
            axes.plot(rows[offset:] - offset, rows[offset:], color="w", linestyle=":", linewidth=0.8)
        axes.set_title(f"seed {int(data['seed'].values[i])}", fontsize=8)
        axes.grid(visible=False)
    figure.supxlabel("key position")
    figure.supylabel("query position")
    return figure
