"""Thesis Figure C.6: over heads of all seeds, induction strength goes with what a head can do alone, and how fast.

Expect accuracy to rise with strength, loss and learning time to fall. Titles: rank correlation with its 95 %
interval; triangles: learning times that are lower bounds.
"""

import numpy as np
import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from dynamicl.statistics import correlation_interval

from ._shared import label_times

SHOWN = {"accuracy": "accuracy alone", "loss": "loss alone (nats)", "learning_time": "learning time alone"}


def draw(data: xr.Dataset) -> Figure:
    """Draw every head of every seed."""
    figure, panels = pyplot.subplots(1, 3, figsize=(9, 3))
    x = data["induction_strength"].transpose("seed", "head").values
    learnt = data["learnt"].transpose("seed", "head").values.astype(bool)
    for panel, (name, words) in zip(panels, SHOWN.items(), strict=True):
        y = data[name].transpose("seed", "head").values
        whole = learnt if name == "learning_time" else np.ones_like(learnt)
        for i, seed in enumerate(data["seed"].values):
            colour = f"C{i % 8}"
            panel.plot(
                x[i][whole[i]], y[i][whole[i]], "o", color=colour, markersize=4.5, alpha=0.85, label=str(seed)
            )
            panel.plot(x[i][~whole[i]], y[i][~whole[i]], "^", color=colour, markersize=5, fillstyle="none")
        panel.set(xlabel="induction strength", ylabel=words)
        panel.set_title(_linked(x, y), fontsize=8.5)
    label_times(panels[2])
    panels[2].set_ylabel("learning time alone\n(published sequences)")
    handles = panels[0].get_legend_handles_labels()
    figure.legend(*handles, title="seed", fontsize=7, title_fontsize=7, loc="outside right upper")
    return figure


def _linked(x: np.ndarray, y: np.ndarray) -> str:
    there = np.isfinite(x) & np.isfinite(y)
    if there.sum() < 4 or np.ptp(y[there]) == 0:
        return "no correlation: all the same"
    found = correlation_interval(x[there], y[there], kind="spearman")
    return f"rank correlation {found.value:.2f} [{found.low:.2f}, {found.high:.2f}]"
