"""In-context learning against gradient descent, at every checkpoint of networks that learn an induction task.

Expect, if the two are alike, SimAOU with the context's own pairs to rise as the loss drops, above that with the pairs
of another context.
"""

import numpy as np
import xarray as xr
from matplotlib import pyplot
from matplotlib.axes import Axes
from matplotlib.figure import Figure

LINES = {
    "outputs": ("the context's own pairs", "C0", "-"),
    "other": ("another context's pairs", "C1", "-"),
    "uniform": ("random, uniform", "0.5", "--"),
    "centred": ("random, centred", "0.5", ":"),
}
SETTINGS = {
    "zero_shot": "alone",
    "in_context": "in context",
    "tuned": "trained",
    "other": "trained on another's",
}


def draw(data: xr.Dataset) -> Figure:
    """Draw SimAOU by layer (thin: seeds), then accuracies and the loss, over training."""
    layers = data.sizes["layer"]
    figure, panels = pyplot.subplots(1, layers + 1, figsize=(3.1 * (layers + 1), 3.2))
    for i, axes in enumerate(panels[:-1]):
        _similarities(axes, data.isel(layer=i))
        axes.set(title=f"layer {i + 1}", xlabel="published sequences")
        axes.set_ylim(*_limits(data))
    panels[0].set_ylabel("SimAOU")
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower left", ncols=4, fontsize=7)
    for i, (setting, name) in enumerate(SETTINGS.items()):
        accuracy = data["accuracy"].sel(setting=setting).mean("seed")
        panels[-1].plot(data["checkpoint"], accuracy, color=f"C{i + 2}", label=name)
    panels[-1].plot(
        data["sequences"], data["loss"].mean("seed"), color="0.2", linewidth=0.9, label="loss, nats"
    )
    panels[-1].set(title="accuracy", xlabel="published sequences", ylim=(0, 1.05))
    panels[-1].legend(fontsize=6.5)
    for axes in panels:
        axes.ticklabel_format(axis="x", style="sci", scilimits=(0, 0))
    return figure


def _similarities(axes: Axes, layer: xr.Dataset) -> None:
    """Draw one layer: the mean over seeds, and thin the seeds of what is compared."""
    x = layer["checkpoint"].values
    for measure, (name, colour, style) in LINES.items():
        curves = layer["similarity"].sel(measure=measure).transpose("checkpoint", "seed").values
        if style == "-":
            axes.plot(x, curves, color=colour, linewidth=0.5, alpha=0.5)
        axes.plot(x, curves.mean(1), color=colour, linestyle=style, linewidth=1.6, label=name)
    axes.axvline(float(layer["t50"].median()), color="0.6", linewidth=0.8, linestyle="-.")


def _limits(data: xr.Dataset) -> tuple[float, float]:
    """Limits that hold every curve that is drawn, with a margin."""
    values = data["similarity"].sel(measure=list(LINES)).values
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    return low - 0.05 * (high - low), high + 0.05 * (high - low)
