"""Abstract of the report: momentum attention against plain attention, on the lab's own induction task.

Expect the curves with momentum to fall no later than those without.
"""

import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

NAMES = {"plain": "plain attention", "momentum": "momentum attention"}


def draw(data: xr.Dataset) -> Figure:
    """Draw the loss of every run; a mark at its t50."""
    figure, axes = pyplot.subplots(figsize=(5.2, 3.2))
    for i, (attention, name) in enumerate(NAMES.items()):
        loss, times = data["loss"].sel(attention=attention), data["t50"].sel(attention=attention)
        curves = axes.plot(data["sequences"], loss.transpose("sequences", "seed"), color=f"C{i}", linewidth=1)
        curves[0].set_label(name)
        axes.plot(times, [0.0] * len(times), "|", color=f"C{i}", markersize=10)
    axes.set(xlabel="published sequences", ylabel="loss, nats", ylim=(-0.03, None))
    axes.ticklabel_format(axis="x", style="sci", scilimits=(0, 0))
    axes.legend(fontsize=8)
    return figure
