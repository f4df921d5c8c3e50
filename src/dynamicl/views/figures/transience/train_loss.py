"""Thesis figures 3.2c and B.4: training loss of the main runs, and total loss by strength of the penalty.

Expect a fall all along, and smoother, higher curves with the penalty.
"""

import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from dynamicl.views.figures._strategies import draw_runs, label_sequences


def draw(data: xr.Dataset) -> Figure:
    """Draw both on logarithmic axes."""
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(7, 2.9), sharex=True)
    for panel in (left, right):
        # Before anything is drawn: an axis without positive numbers cannot become logarithmic.
        panel.set_yscale("log")
        label_sequences(panel)
    x = data["sequences"].values
    draw_runs(left, x, data["train_loss"].transpose(..., "sequences").values, "C0")
    for place, strength in enumerate(data["strength"].values):
        right.plot(
            x, data["total"].isel(strength=place), color=f"C{place}", linewidth=1, label=f"{strength:g}"
        )
    right.legend(loc="lower left", fontsize=6.5, title="strength", title_fontsize=6.5)
    left.set(ylabel="training loss (nats)")
    right.set(ylabel="total loss (nats)")
    return figure
