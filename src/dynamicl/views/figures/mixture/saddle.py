"""Reddy figure A.4: L = N, two starts on either side of the saddle.

Expect one side to solve the task soon and the other, by elimination, far later; the paths leave in opposite directions
from a point that is a saddle (middle: the loss about it with beta1 = 0, darker where it is lower).
"""

import numpy as np
import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from dynamicl.studies.mixture._saddle import SHOWN
from dynamicl.toys import NestedLogits

from ._shared import draw_surface

NEAR = 1.5
"""How far the middle panel reaches."""
COLOURS = {"in context": "#0072B2", "elimination": "#D55E00"}


def draw(data: xr.Dataset) -> Figure:
    """Draw losses of all starts over logarithmic time, and the paths over xi and alpha: near the origin, and whole."""
    figure, panels = pyplot.subplots(1, 3, figsize=(10.2, 3.1))
    near = np.linspace(-NEAR, NEAR, 80)
    draw_surface(panels[1], NestedLogits(SHOWN, SHOWN), near, near, np.zeros_like(near))
    for side, colour in COLOURS.items():
        for i, start in enumerate(data["start"].values):
            run = data.sel(side=side, start=start)
            panels[0].plot(
                data["step"] + 1, run["loss"], color=colour, linewidth=0.9, label=None if i else side
            )
            path = run["logits"].sel(logit="xi"), run["logits"].sel(logit="alpha")
            for panel in panels[1:]:
                panel.plot(*path, color=colour, linewidth=0.9)
    panels[0].set(xscale="log", yscale="log", xlabel="steps + 1", ylabel="loss (nats)", ylim=(0.008, 3))
    panels[1].set(xlabel="ξ", ylabel="α", xlim=(-NEAR, NEAR), ylim=(-NEAR, NEAR), title="near the origin")
    panels[2].set(xscale="symlog", xlabel="ξ", ylabel="α")
    for panel in panels[1:]:
        panel.plot(0, 0, "o", color="#000000", markersize=4)
    panels[0].legend(fontsize=8)
    return figure
