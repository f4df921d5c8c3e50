"""Our own: time to in-context learning against the number of labels, seed by seed, and the curves behind it.

Expect a U at the right; rings are runs that did not learn in their time.
"""

import numpy as np
import xarray as xr
from matplotlib import colormaps, pyplot
from matplotlib.figure import Figure

from ._shared import draw_seeds, label_sequences, label_times


def draw(data: xr.Dataset) -> Figure:
    """Draw the losses by number of labels, and the times of every seed with their geometric mean."""
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(8, 3.2))
    labels = data["labels"].values
    shades = colormaps["viridis"](np.linspace(0, 0.9, len(labels)))
    for number, shade in zip(labels, shades, strict=True):
        draw_seeds(left, data["sequences"], data["loss"].sel(labels=number), shade, str(number))
    left.set(ylabel="loss (nats)", ylim=(0, None))
    label_sequences(left)
    left.legend(title="labels", fontsize=6.5, title_fontsize=6.5)
    times = data["learning_time"].transpose("labels", "seed").values
    learnt = data["learnt"].transpose("labels", "seed").values.astype(bool)
    right.plot(labels, np.exp(np.log(times).mean(axis=1)), color="#D55E00")
    for seed in range(times.shape[1]):
        own = learnt[:, seed]
        right.plot(labels, times[:, seed], color="0.6", linewidth=0.5, alpha=0.6)
        right.plot(labels[own], times[own, seed], ".", color="0.4", markersize=4)
        right.plot(labels[~own], times[~own, seed], "o", color="0.4", fillstyle="none", markersize=4)
    right.set(xscale="log", xlabel="labels", ylabel="published sequences to .4 log 2")
    right.set_xticks(labels, [str(number) for number in labels])
    right.minorticks_off()
    label_times(right)
    return figure
