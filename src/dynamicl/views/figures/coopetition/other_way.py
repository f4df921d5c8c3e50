"""Our own: what networks barred from the previous token cannot do without, beside ordinary ones.

Expect icl at chance without the query's look at the exemplars in barred runs only, and without layer 2's at the labels
in both.
"""

import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from dynamicl.views.figures._strategies import COLOURS

TITLES = {"barred": "barred from the previous token", "main": "main runs"}


def draw(data: xr.Dataset) -> Figure:
    """Draw one panel a kind of run, one dot a run and cut."""
    figure, panels = pyplot.subplots(1, len(TITLES), figsize=(7.2, 2.8), sharey=True, layout="constrained")
    rows = range(data.sizes["lacking"])
    for axes, (name, title) in zip(panels, TITLES.items(), strict=True):
        for scores in data[name].transpose(f"{name}_run", "lacking").values:
            axes.plot(scores, rows, "o", color=COLOURS["icl"], alpha=0.7)
        axes.set(title=title, xlabel="icl", xlim=(0.4, 1.02))
        axes.axvline(0.5, color="0.6", linewidth=0.8, linestyle="--")
    panels[0].set_yticks(rows, data["lacking"].values)
    panels[0].set(ylabel="attention taken away")
    panels[0].invert_yaxis()
    return figure
