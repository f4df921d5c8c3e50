"""Reddy figure A.4: L = N, two starts on either side of the saddle.

Expect one side to solve the task soon and the other, by elimination, far later; the paths leave in opposite directions.
"""

import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

COLOURS = {"in context": "#0072B2", "elimination": "#D55E00"}


def draw(data: xr.Dataset) -> Figure:
    """Draw losses of all starts over logarithmic time, and the paths over xi and alpha."""
    figure, panels = pyplot.subplots(1, 2, figsize=(7.8, 3.1))
    for side, colour in COLOURS.items():
        for i, start in enumerate(data["start"].values):
            run = data.sel(side=side, start=start)
            panels[0].plot(
                data["step"] + 1, run["loss"], color=colour, linewidth=0.9, label=None if i else side
            )
            panels[1].plot(
                run["logits"].sel(logit="xi"), run["logits"].sel(logit="alpha"), color=colour, linewidth=0.9
            )
    panels[0].set(xscale="log", yscale="log", xlabel="steps + 1", ylabel="loss (nats)", ylim=(0.008, 3))
    panels[1].set(xscale="symlog", xlabel="ξ", ylabel="α")
    panels[1].plot(0, 0, "o", color="#000000", markersize=4)
    panels[0].legend(fontsize=8)
    return figure
