"""Our own: the share of forks that come to match against where the forked state lies at the saddle.

Expect one rising curve through the states of all steps at the left, and points on the diagonal at the right.
"""

import numpy as np
import xarray as xr
from matplotlib import colormaps, pyplot
from matplotlib.figure import Figure

from dynamicl.studies.mixture._fates import MATCHES, even, fit, held_out, states_of

from ._shared import label_updates


def draw(data: xr.Dataset) -> Figure:
    """Draw the parents' own curves, their states with the fitted curve, and the held-out calibration."""
    figure, panels = pyplot.subplots(1, 3, figsize=(10.4, 3.1))
    for curve in data["tila2"].transpose("parent", "step").values:
        colour = "#009E73" if curve[-1] > MATCHES else "#D55E00"
        panels[0].plot(data["step"], curve, color=colour, linewidth=0.8, alpha=0.8)
    panels[0].axhline(even(data.attrs["pairs"]), color="#888888", linewidth=0.8, linestyle=":")
    label_updates(panels[0])
    panels[0].set(ylabel="attention of the parents to the right label", ylim=(0, 1.03))
    states = states_of(data)
    shares = states.matched / np.maximum(states.decided, 1)
    shades = colormaps["viridis"](np.linspace(0, 0.9, data.sizes["at"]))
    for step, x, share, shade in zip(data["at"].values, states.coordinate.T, shares.T, shades, strict=True):
        panels[1].plot(x, share, "o", color=shade, markersize=4, alpha=0.7, label=f"{step:,}")
    grid = np.linspace(states.coordinate.min() - 0.1, states.coordinate.max() + 0.1, 200)
    panels[1].plot(grid, fit(states).probability(grid), color="0.3", linewidth=1)
    panels[1].set(xlabel="coordinate on the unstable direction", ylabel="share of forks that match")
    panels[1].legend(fontsize=6.5, title="forked at", title_fontsize=6.5)
    tenths = held_out(data).tenths()
    told, values = [mean for mean, _ in tenths], [share.value for _, share in tenths]
    below = [share.value - share.low for _, share in tenths]
    above = [share.high - share.value for _, share in tenths]
    panels[2].errorbar(told, values, yerr=[below, above], fmt="o", markersize=4, color="#009E73", linewidth=1)
    panels[2].plot([0, 1], [0, 1], color="0.6", linewidth=0.8, linestyle=":")
    panels[2].set(xlabel="predicted for held-out parents", ylabel="observed share", ylim=(-0.03, 1.03))
    return figure
