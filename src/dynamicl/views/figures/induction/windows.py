"""Our own figure: critical windows. What a clamp for a while saves or costs, by the moment at which it begins.

Shift of the transition over the pulse's length: 0 where the pulse might as well not have been, -1 where it saves its
own time, above 0 where it delays. Expect slopes where moments matter. Points: means over seeds with 95 % intervals,
the pulses' lengths side by side; below, the unclamped loss on the same axis, in units of each seed's own learning
time T.
"""

import numpy as np
import xarray as xr
from matplotlib import colormaps, pyplot
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ._shared import LEARNT, STEPS, draw_seeds

NAMES = {"step 1": "1", "match": "1,2,3qk,4", "copy": "3v,5"}


def draw(data: xr.Dataset) -> Figure:
    """Draw shifts by clamp, start and length, above the unclamped loss."""
    clamps = [str(clamp) for clamp in data["clamp"].values]
    figure, panels = pyplot.subplots(
        2,
        len(clamps),
        figsize=(3 * len(clamps), 4.4),
        sharex=True,
        sharey="row",
        height_ratios=(2.4, 1),
        squeeze=False,
    )
    lengths = data["length"].values
    for column, clamp in zip(panels.T, clamps, strict=True):
        for i, length in enumerate(lengths):
            one = data.sel(clamp=clamp, length=length)
            middle, low, high = (one[f"mean_shift{end}"].values for end in ("", "_low", "_high"))
            x = data["start"].values + 0.012 * (i - (len(lengths) - 1) / 2)
            colour = colormaps["viridis"](0.75 * (1 - i / max(1, len(lengths) - 1)))
            column[0].vlines(x, low, high, color=colour, linewidth=1.6)
            column[0].plot(x, middle, "o-", color=colour, markersize=4, linewidth=1, label=f"{length:g} T")
        for level, line in ((0, "-"), (-1, ":")):
            column[0].axhline(level, color="0.5", linewidth=0.9, linestyle=line)
        column[0].set_title(f"{clamp} clamped for a while", fontsize=9, color=STEPS[NAMES[clamp]][1])
        _draw_loss(column[1], data)
        column[1].set_xlabel("start of the pulse, or time / T")
    panels[0, 0].set_ylabel("shift of the transition\n/ length of the pulse")
    panels[1, 0].set_ylabel("unclamped loss")
    panels[0, -1].legend(title="length", fontsize=7.5, title_fontsize=7.5)
    return figure


def _draw_loss(axes: Axes, data: xr.Dataset) -> None:
    grid = np.linspace(0, 1.15, 120)
    curves = [
        np.interp(grid, data["sequences"].values / time, loss, right=np.nan)
        if np.isfinite(time) and time > 0
        else grid * np.nan
        for time, loss in zip(
            data["natural_learning_time"].values, data["unclamped_loss"].values, strict=True
        )
    ]
    draw_seeds(axes, grid, xr.DataArray(np.array(curves), dims=("seed", "t")), STEPS["none"][1])
    axes.axhline(LEARNT, color="0.5", linewidth=0.8, linestyle=":")
    axes.set_ylim(0, None)
