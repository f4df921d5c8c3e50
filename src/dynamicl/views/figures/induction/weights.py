"""Thesis Figure C.4: a trained layer 1 helps the seed that it comes from, not another.

Expect the run on its own seed's frozen layer 1 to learn before the full network, those on other seeds' layers much
later or not at all (hollow diamonds: some run did not). Thin: every seed, bold: the median one; diamonds: geometric
mean, 95 %.
"""

import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from ._shared import LEARNT, draw_seeds, draw_time, label_sequences, mark_log2

SHIFTS = (
    ("own seed's layer 1", "#C8201D"),
    ("next seed's layer 1", "#1F6FC2"),
    ("layer 1 of the seed after", "#56B4E9"),
)


def draw(data: xr.Dataset) -> Figure:
    """Draw the curves by where layer 1 comes from, and the full network's learning time."""
    figure, axes = pyplot.subplots(figsize=(5.6, 3.5))
    for i, shift in enumerate(data["shift"].values):
        words, colour = SHIFTS[int(shift)]
        draw_seeds(axes, data["sequences"].values, data["loss"].sel(shift=shift), colour, words)
        one = data.sel(shift=shift)
        draw_time(axes, one["learning_time"], colour, LEARNT - 0.05 * i, one["learnt"])
    draw_time(axes, data["full_learning_time"], "black", LEARNT + 0.05)
    axes.plot([], [], "D-", color="black", markersize=5, label="learnt: everything trained")
    mark_log2(axes)
    label_sequences(axes)
    axes.set(ylabel="loss (nats)", ylim=(0, None), title="Layer 2 on a frozen, trained layer 1")
    axes.legend(fontsize=7.5)
    return figure
