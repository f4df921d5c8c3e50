"""Thesis 4.3.2: when heads emerge together against when they learn alone.

Expect the head furthest to the left (fastest alone) to be the lowest of its seed (first to emerge); beyond it no order.
Heads that never become inductive are left out.
"""

import numpy as np
import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from ._shared import label_times


def draw(data: xr.Dataset) -> Figure:
    """Draw every head of every seed, the first to emerge filled."""
    figure, axes = pyplot.subplots()
    alone, emerged = (data[name].transpose("seed", "head").values for name in ("alone", "emergence"))
    for i, seed in enumerate(data["seed"].values):
        there = np.isfinite(alone[i]) & np.isfinite(emerged[i])
        colour = f"C{i % 8}"
        axes.plot(
            alone[i][there], emerged[i][there], "o", color=colour, fillstyle="none", label=f"seed {seed}"
        )
        if there.any():
            first = int(np.argmin(np.where(there, emerged[i], np.inf)))
            axes.plot(alone[i][first], emerged[i][first], "o", color=colour)
    axes.set_xlabel("learning time alone (published sequences)")
    if np.isfinite(emerged).any() and np.isfinite(alone).any():
        label_times(axes)
    axes.set_ylabel("emergence in the full network\n(published sequences)")
    axes.legend(fontsize=7)
    return figure
