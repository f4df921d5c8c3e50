"""Thesis Figure 4.3a: the loss waits at log 2, then drops; train and test curves fall together.

Expect a plateau at 0.69 nats between the first descent and a drop over a few hundred thousand sequences.
"""

import numpy as np
import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter

SHOWN = ("train", "held-out labels", "held-out classes")


def draw(data: xr.Dataset) -> Figure:
    """Draw mean loss curves over runs, every run thinly, and the transitions with their intervals."""
    figure, axes = pyplot.subplots()
    x = data["sequences"].values
    for i, name in enumerate(SHOWN):
        curves = data["loss"].sel(evaluator=name)
        axes.plot(x, curves.values.T, color=f"C{i}", alpha=0.2, linewidth=0.7)
        axes.plot(x, curves.mean("run"), color=f"C{i}", label=name)
    axes.axhline(np.log(2), color="0.4", linestyle=":", linewidth=1)
    axes.text(x[-1], np.log(2) + 0.02, "log 2", ha="right", va="bottom", color="0.4")
    for low, middle, high in zip(
        data["transition_low"].values, data["transition"].values, data["transition_high"].values, strict=True
    ):
        axes.axvspan(low, high, color="0.5", alpha=0.12, linewidth=0)
        axes.axvline(middle, color="0.5", linewidth=0.6)
    axes.xaxis.set_major_formatter(EngFormatter(sep=""))
    axes.set(xlabel="training sequences", ylabel="loss (nats)", ylim=(0, 2), title="Plateau and drop")
    axes.legend()
    return figure
