"""Thesis figure 5.2: the long run, and what is left of ciwl without heads or without the direct path.

Expect pure in-weights accuracy (right axis of the first panel, log) to stay far below one in a hundred.
"""

import numpy as np
import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from dynamicl.views.figures._strategies import COLOURS, draw_strategies, label_sequences, mark_chance


def draw(data: xr.Dataset) -> Figure:
    """Draw the strategies, pure in-weights learning, and the cuts."""
    figure, (left, middle, right) = pyplot.subplots(1, 3, figsize=(9.4, 2.9))
    draw_strategies(left, data)
    left.legend(fontsize=7)
    known = data["iwl"].values
    there = np.isfinite(known)
    middle.plot(data["sequences"].values[there], known[there], "o-", color="black", label="pure in-weights")
    middle.axhline(1 / data.attrs["classes"], color="0.5", linestyle=":", label="chance")
    middle.set(ylabel="accuracy over all labels")
    middle.legend(fontsize=7)
    label_sequences(middle)
    places = range(data.sizes["variant"])
    right.plot(places, data["ciwl_cut"].values, "o", color=COLOURS["ciwl"])
    right.set_xticks(places, data["variant"].values, fontsize=7)
    right.set(ylim=(0.4, 1.02), xlim=(-0.5, 2.5), ylabel="ciwl at the end")
    mark_chance(right)
    return figure
