"""Report Figure 4, layer 2: attention of exact one-head runs, a mean over sequences.

By the report's rule the carriers (positions 5 and 7 of two pairs) would look at themselves, and the read-out (position
0) at the carrier of the solution. Only the read-out's row reaches the answer.
"""

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
        axes.set_title(f"seed {int(data['seed'].values[i])}", fontsize=8)
        axes.grid(visible=False)
    figure.supxlabel("key position")
    figure.supylabel("query position")
    return figure
