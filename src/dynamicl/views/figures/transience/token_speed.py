"""Thesis 3.4.3: icl on token embeddings beside images.

Expect lower, earlier humps on tokens.
"""

import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from dynamicl.views.figures._strategies import draw_runs, label_sequences, mark_chance


def draw(data: xr.Dataset) -> Figure:
    """Draw both."""
    figure, axes = pyplot.subplots()
    tokens = data["icl"].transpose("run", "sequences").values
    images = data["image_icl"].transpose("image_init", "image_sequences").values
    draw_runs(axes, data["sequences"].values, tokens, "C1", "tokens")
    draw_runs(axes, data["image_sequences"].values, images, "C0", "images")
    axes.set(ylabel="icl", ylim=(0.3, 1))
    axes.legend(fontsize=7)
    mark_chance(axes)
    label_sequences(axes)
    return figure
