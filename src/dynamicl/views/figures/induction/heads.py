"""Thesis Figure 4.3b: induction strength of each layer-2 head over training, one panel a run.

Expect all heads near 0 through the plateau, then several rising together with the drop of the loss (dotted).
"""

import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure


def draw(data: xr.Dataset) -> Figure:
    """Draw every head of every run."""
    runs = data.sizes["run"]
    columns = min(3, runs)
    rows = -(-runs // columns)
    figure, panels = pyplot.subplots(
        rows, columns, figsize=(2.6 * columns, 2.1 * rows), sharex=True, sharey=True, squeeze=False
    )
    x = data["sequences"].values / 1e3
    for i, panel in enumerate(panels.flat):
        if i >= runs:
            panel.set_visible(False)
            continue
        panel.plot(x, data["induction_strength"][i].values, linewidth=1.1)
        panel.plot(x, data["loss"][i].values / 2, color="0.4", linestyle=":", linewidth=1)
        panel.set_title(f"run {i + 1}", fontsize=8)
    figure.supxlabel("thousand training sequences")
    figure.supylabel("induction strength (dotted: loss / 2)")
    return figure
