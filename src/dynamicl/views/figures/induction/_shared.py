"""What the induction study's figures share: the colours of the clamped steps, curves of seeds, times with intervals."""

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.ticker import EngFormatter, LogLocator, NullFormatter, NullLocator
from numpy.typing import ArrayLike

from dynamicl.statistics import Interval, mean_interval
from dynamicl.studies.induction._curves import LEARNT as LEARNT
from dynamicl.studies.induction._curves import LOG2

STEPS = {
    "none": ("unclamped", "#000000"),
    "1": ("1: previous token", "#E8850C"),
    "1,2": ("1, 2: layer 1", "#C8201D"),
    "1,2,3qk,4": ("1, 2, 3qk, 4: match", "#1F9D55"),
    "3v,5": ("3v, 5: copy", "#1F6FC2"),
    "1,2,3v,5": ("1, 2, 3v, 5", "#7A3FA8"),
}
"""Name and colour of each set of clamped steps, the same in every figure."""
UNKNOWN = Interval(np.nan, np.nan, np.nan)


def label_sequences(axes: Axes) -> None:
    """Name the axis of training sequences: those that the run stands for at the published learning rate."""
    axes.set_xlabel("training sequences (published equivalent)")
    axes.xaxis.set_major_formatter(EngFormatter(sep=""))


def interval_over_seeds(values: ArrayLike, logarithmic: bool = False) -> Interval:
    """Mean (or geometric mean) of what is finite, with its 95 % interval; NaN where there are fewer than two."""
    there = np.asarray(values, float).ravel()
    there = there[np.isfinite(there) & ((there > 0) | (not logarithmic))]
    if len(there) < 2:
        return Interval(float(there[0]), np.nan, np.nan) if len(there) else UNKNOWN
    found = mean_interval(np.log(there) if logarithmic else there)
    return Interval(*np.exp(found)) if logarithmic else found


def draw_seeds(
    axes: Axes, x: ArrayLike, curves: xr.DataArray, colour: Any, label: str = "", **style: Any
) -> None:
    """Draw every seed's curve thinly and one in bold: that of the seed with the median area under it.

    A mean over seeds would smear jumps that come at different times, and make phase changes look smooth.

    Args:
        axes: where.
        x: shape (n,).
        curves: dims (seed, something of length n).
        colour: of all of them.
        label: in the legend.
        style: of the lines.
    """
    values = curves.transpose("seed", ...).values
    axes.plot(x, values.T, color=colour, alpha=0.35, linewidth=0.6, **style)
    there = np.isfinite(values)
    areas = np.where(there, values, 0).sum(axis=1) / np.maximum(there.sum(axis=1), 1)
    median = int(np.argsort(areas)[(len(areas) - 1) // 2])
    axes.plot(x, values[median], color=colour, label=label or None, **style)


def draw_time(
    axes: Axes, times: ArrayLike, colour: Any, level: float = LEARNT, learnt: ArrayLike = True
) -> None:
    """Mark the geometric mean of learning times with its 95 % interval; hollow where some are only lower bounds."""
    found = interval_over_seeds(times, logarithmic=True)
    if not np.isfinite(found.value):
        return
    axes.plot(
        [found.low, found.high], [level] * 2, color=colour, linewidth=2.2, solid_capstyle="butt", zorder=4
    )
    whole = bool(np.all(learnt))
    axes.plot(
        found.value,
        level,
        "D",
        color=colour,
        markersize=5,
        zorder=5,
        markerfacecolor=colour if whole else "white",
    )


def draw_points(
    axes: Axes, place: float | int, values: ArrayLike, colour: Any, label: str = "", **options: Any
) -> None:
    """Draw the seeds' values beside their mean with its 95 % interval.

    Args:
        axes: where.
        place: horizontal.
        values: one a seed.
        colour: of all.
        label: in the legend.
        options: of `interval_over_seeds`.
    """
    there = np.asarray(values, float).ravel()
    found = interval_over_seeds(there, **options)
    axes.plot(np.full(len(there), place - 0.06), there, ".", color=colour, alpha=0.5, markersize=4)
    axes.plot([place + 0.06] * 2, [found.low, found.high], color=colour, linewidth=2)
    axes.plot(place + 0.06, found.value, "o", color=colour, markersize=4.5, label=label or None)


def mark_log2(axes: Axes) -> None:
    """Draw the plateau's loss: a guess among two."""
    axes.axhline(LOG2, color="0.5", linestyle=":", linewidth=1)
    axes.annotate(
        "log 2",
        (1, LOG2),
        (3, 0),
        ("axes fraction", "data"),
        "offset points",
        color="0.4",
        fontsize=7.5,
        va="center",
    )


def label_times(axes: Axes) -> None:
    """Make the vertical axis logarithmic, with numbers that are read at a glance: 1.5, 2, 300k."""
    if not make_logarithmic(axes):
        return
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 1.5, 2, 3, 5, 7), numticks=20))
    # A ratio of 0.7 is not "700m".
    letters = EngFormatter(sep="")
    axes.yaxis.set_major_formatter(lambda y, _: letters(y) if y >= 1 else f"{y:.2g}")
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.yaxis.set_minor_locator(NullLocator())


def make_logarithmic(axes: Axes) -> bool:
    """Make the vertical axis logarithmic where anything drawn is above 0, and say whether it is."""
    high = axes.dataLim.intervaly[1]
    able = bool(np.isfinite(high) and high > 0)
    if able:
        axes.set_yscale("log")
    return able
