"""Thesis Figure 4.6a: a toy of three vectors; each vector that is clamped takes an interaction away.

Expect a plateau and a drop with nothing clamped, an earlier and sharper one with one vector clamped, and an
exponential (a straight line on the right) with two. Thin: every draw, bold: the draw with the median area under its
curve.
"""

import numpy as np
import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from ._shared import draw_seeds

COLOURS = {"none": "#000000", "c": "#E8850C", "b, c": "#1F9D55"}


def draw(data: xr.Dataset) -> Figure:
    """Draw the loss over its start, linear and logarithmic."""
    figure, panels = pyplot.subplots(1, 2, figsize=(7.6, 3.1))
    loss = data["loss"].transpose("clamp", "shown", "step").rename(shown="seed")
    loss = loss / loss.isel(step=0)
    x = data["step"].values
    for panel in panels:
        for clamp in data["clamp"].values:
            words = "nothing clamped" if clamp == "none" else f"{clamp} clamped"
            draw_seeds(panel, x, loss.sel(clamp=clamp), COLOURS[str(clamp)], words)
        panel.set_xlabel("steps of gradient descent")
    there = np.flatnonzero((loss.values > 0.005).any(axis=(0, 1)))
    panels[0].set(
        ylabel="loss / loss at the start",
        ylim=(0, None),
        xlim=(0, x[min(there[-1] + 5, len(x) - 1)] if len(there) else None),
    )
    panels[1].set(ylabel="the same, logarithmic", yscale="log", ylim=(1e-6, 2), xlim=panels[0].get_xlim())
    panels[0].legend()
    return figure
