"""Thesis figure 5.7: layer-1 attention to the previous token on four kinds of sequences.

Expect the four lines of a head to lie on each other.
"""

import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from dynamicl.views.figures._strategies import COLOURS, label_sequences


def draw(data: xr.Dataset) -> Figure:
    """Draw the first run: one panel a head, one line a kind."""
    one = data.isel(init=0)
    figure, panels = pyplot.subplots(2, 4, figsize=(9, 4), sharex=True, sharey=True)
    for head, panel in enumerate(panels.ravel()):
        for kind in one["kind"].values:
            line = one["previous"].sel(kind=kind).isel(head=head)
            panel.plot(one["sequences"], line, color=COLOURS[str(kind)], label=str(kind), linewidth=1)
        panel.set_title(f"head {head}", fontsize=8)
        panel.set_ylim(0, 1)
    panels[0, 0].legend(fontsize=6.5)
    for panel in panels[1]:
        label_sequences(panel)
    return figure
