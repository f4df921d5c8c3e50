"""Thesis Figure 4.4: layer 1 writes to the output early in training, and no longer once induction heads have formed.

Expect the loss to rise a little when layer 1 is cut from the output on the plateau, and not at all at the end;
without layer 2 the rise grows with learning. Lines: means over seeds, bands: 95 % intervals, thin: every seed.
Dashed: learning times.
"""

import numpy as np
import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from ._shared import interval_over_seeds, label_sequences

SHOWN = {
    "loss": ("black", "loss (nats)"),
    "layer1_loss_change": ("C1", "layer 1 cut:\nchange (nats)"),
    "layer2_loss_change": ("C0", "layer 2 cut:\nchange (nats)"),
}


def draw(data: xr.Dataset) -> Figure:
    """Draw the loss and what cutting each layer's direct path adds to it."""
    figure, panels = pyplot.subplots(3, 1, figsize=(5.4, 5.4), sharex=True)
    x = data["sequences"].values
    for panel, (name, (colour, words)) in zip(panels, SHOWN.items(), strict=True):
        values = data[name].transpose("seed", "sequences").values
        found = np.array([interval_over_seeds(column) for column in values.T])
        panel.plot(x, values.T, color=colour, alpha=0.3, linewidth=0.6)
        panel.plot(x, found[:, 0], color=colour)
        panel.fill_between(x, found[:, 1], found[:, 2], color=colour, alpha=0.15, linewidth=0)
        panel.set_ylabel(words)
        if name != "loss":
            panel.axhline(0, color="0.5", linewidth=0.8)
        for time in data["learning_time"].values[np.isfinite(data["learning_time"].values)]:
            panel.axvline(time, color="0.5", linewidth=0.7, linestyle="--")
    label_sequences(panels[-1])
    panels[0].set_title("What each layer adds to the output itself")
    return figure
