"""Thesis Figure 4.9: more classes make matching slower to learn, more labels copying.

Columns: what is left to learn. Expect classes (top) to delay the network, B and B with C, and not C; labels (bottom)
to delay the network, C and B with C, and not B. Colours are those of what is clamped, darker for more. Thin: every
seed, bold: the median one; diamonds: geometric mean of the learning time with its 95 % interval, hollow where some
did not learn.
"""

import numpy as np
import xarray as xr
from matplotlib import pyplot
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from ._shared import LEARNT, STEPS, draw_seeds, draw_time, label_sequences

CLAMPED = {
    "network": ("none", "nothing clamped"),
    "match (B)": ("1,2,3v,5", "1, 2, 3v, 5 clamped"),
    "copy (C)": ("1,2,3qk,4", "match clamped"),
    "both (B, C)": ("1,2", "layer 1 clamped"),
}
ROWS = ((0, 1, 2), (0, 3, 4))
"""Tasks of growing numbers of classes, and of labels."""


def draw(data: xr.Dataset) -> Figure:
    """Draw curves by what is left to learn and by task."""
    parts = [str(part) for part in data["circuit"].values]
    figure, panels = pyplot.subplots(
        2, len(parts), figsize=(2.5 * len(parts), 4.8), sharex="col", sharey=True
    )
    for column, part in zip(panels.T, parts, strict=True):
        clamp, words = CLAMPED[part]
        for panel, tasks in zip(column, ROWS, strict=True):
            for shade, task in enumerate(tasks):
                colour = _lighter(STEPS[clamp][1], (0.6, 0.3, 0)[shade])
                _draw_task(panel, data, part, task, colour, LEARNT - 0.09 * shade)
            panel.set_ylim(0, None)
        column[0].set_title(f"{part}\n{words}", fontsize=8.5)
        label_sequences(column[1])
        column[1].set_xlabel("")
    for row in panels:
        row[0].set_ylabel("loss (nats)")
        row[-1].legend(fontsize=7)
    figure.supxlabel("training sequences (published equivalent)", fontsize=9)
    return figure


def _draw_task(panel: Axes, data: xr.Dataset, part: str, task: int, colour: tuple, level: float) -> None:
    if part == "network":
        x, loss = data["network_sequences"].values, data["network_loss"]
    else:
        x, loss = data["part_sequences"].values, data["part_loss"].sel(part=part)
    one = data[["learning_time", "learnt"]].sel(circuit=part).isel(task=task)
    draw_seeds(panel, x, loss.isel(task=task), colour, str(data["task"].values[task]))
    draw_time(panel, one["learning_time"], colour, level, one["learnt"])


def _lighter(colour: str, share: float | int) -> tuple:
    return tuple(np.array(to_rgb(colour)) * (1 - share) + share)
