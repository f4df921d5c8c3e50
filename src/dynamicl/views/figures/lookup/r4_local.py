"""Report Figure 13: P at neighbouring steps, with Jeffreys intervals.

The band is where 95 % of such estimates fall if P is the same at all of them.
"""

import numpy as np
import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure


def draw(data: xr.Dataset) -> Figure:
    """Draw every step's estimate beside what tossing one coin gives."""
    figure, axes = pyplot.subplots()
    at, p = data["at"].values, data["probability"].values
    axes.errorbar(at, p, [p - data["low"].values, data["high"].values - p], fmt="o", markersize=4)
    tosses = (
        np.random.default_rng(0).binomial(data.attrs["forks"], data.attrs["together"], 20000)
        / data.attrs["forks"]
    )
    axes.axhspan(*np.quantile(tosses, [0.025, 0.975]), color="0.5", alpha=0.15, linewidth=0)
    axes.axhline(data.attrs["together"], color="0.5", linewidth=0.8)
    axes.set(xlabel="forked at step t", ylabel="P(M, t)", ylim=(-0.03, 1.03))
    return figure
