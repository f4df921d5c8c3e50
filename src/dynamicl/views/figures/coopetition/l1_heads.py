"""Thesis figure 5.7: what layer-1 heads attend to from label tokens.

Expect some heads to attend to the previous token (solid) while flip is high, and to themselves (dashed) later.
"""

import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from dynamicl.views.figures._strategies import label_sequences


def draw(data: xr.Dataset) -> Figure:
    """Draw the first run: one panel a head, on training sequences."""
    one = data.isel(init=0).sel(kind="train")
    figure, panels = pyplot.subplots(2, 4, figsize=(9, 4), sharex=True, sharey=True)
    for head, panel in enumerate(panels.ravel()):
        panel.plot(one["sequences"], one["previous"].isel(head=head), label="previous token", linewidth=1)
        panel.plot(one["sequences"], one["itself"].isel(head=head), "--", label="itself", linewidth=1)
        panel.plot(one["sequences"], one["flip"], ":", color="0.5", label="flip", linewidth=1)
        panel.set_title(f"head {head}", fontsize=8)
        panel.set_ylim(0, 1)
    panels[0, 0].legend(fontsize=6.5)
    for panel in panels[1]:
        label_sequences(panel)
    return figure
