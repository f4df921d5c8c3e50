"""Thesis Figure C.5: a perfect previous-token pattern on some heads of layer 1 changes little, on all of them it slows.

Expect the diamonds of one and three heads near the unclamped one, that of all heads far to the right or hollow (some
seeds did not learn). Thin: every seed, bold: the median one; diamonds: geometric mean of the learning time with its
95 % interval.
"""

import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from ._shared import LEARNT, STEPS, draw_seeds, draw_time, label_sequences, mark_log2

COLOURS = {"another head": "#C9A227", "three heads": "#9C5A1A", "all heads": "#8E1B5B"}


def draw(data: xr.Dataset) -> Figure:
    """Draw the curves by clamped heads, and the learning times of the unclamped and step-1 runs beside them."""
    figure, axes = pyplot.subplots(figsize=(5.6, 3.6))
    for name, key in (("unclamped", "none"), ("strongest", "1")):
        colour = STEPS[key][1]
        draw_time(axes, data[f"{name}_learning_time"], colour, LEARNT + (0.06 if key == "none" else 0))
        words = "unclamped" if key == "none" else "on the strongest head (step 1)"
        axes.plot([], [], "D-", color=colour, markersize=5, label=f"learnt: {words}")
    for i, heads in enumerate(data["heads"].values):
        colour, one = COLOURS[str(heads)], data.sel(heads=heads)
        draw_seeds(axes, data["sequences"].values, one["loss"], colour, f"on {heads}")
        draw_time(axes, one["learning_time"], colour, LEARNT - 0.06 * (i + 1), one["learnt"])
    mark_log2(axes)
    label_sequences(axes)
    axes.set(ylabel="loss (nats)", ylim=(0, None), title="Previous-token pattern clamped on heads of layer 1")
    axes.legend(fontsize=7.5)
    return figure
