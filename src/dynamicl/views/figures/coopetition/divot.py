"""Thesis figure 5.9b: the loss on ciwl sequences rises for a while as in-context learning forms.

Expect a bump of the loss (blue) where flip (green) rises.
"""

import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from dynamicl.views.figures._strategies import COLOURS, label_sequences, mark_chance


def draw(data: xr.Dataset) -> Figure:
    """Draw one panel a run."""
    runs = data.sizes["init"]
    figure, panels = pyplot.subplots(1, runs, figsize=(2.5 * runs + 0.5, 2.7), sharey=True, squeeze=False)
    for i, panel in enumerate(panels[0]):
        one = data.isel(init=i)
        loss, error = one["ciwl_loss"], one["ciwl_loss_error"]
        panel.fill_between(
            one["sequences"], loss - error, loss + error, color=COLOURS["ciwl"], alpha=0.3, linewidth=0
        )
        panel.plot(one["sequences"], loss, color=COLOURS["ciwl"], linewidth=1)
        beside = panel.twinx()
        beside.plot(one["sequences"], one["flip"], color=COLOURS["flip"], linewidth=1)
        beside.set_ylim(0, 1)
        mark_chance(beside)
        panel.set_title(f"initialisation {int(one['init'])}", fontsize=8)
        label_sequences(panel)
    panels[0][0].set_ylabel("ciwl loss (nats)")
    beside.set_ylabel("flip")
    return figure
