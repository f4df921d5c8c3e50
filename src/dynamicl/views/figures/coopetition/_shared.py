"""What the figures of the coopetition study share: colours of evaluators, their curves, paths between strategies."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr
from matplotlib import pyplot
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter, MaxNLocator
from numpy.typing import ArrayLike

from dynamicl.statistics import running_median

COLOURS = {"icl": "#D55E00", "ciwl": "#0072B2", "flip": "#009E73", "train": "#999999"}
"""The same in every figure."""
SMOOTH = 5


def label_sequences(axes: Axes) -> None:
    """Name the axis of training sequences."""
    axes.set_xlabel("training sequences")
    axes.xaxis.set_major_formatter(EngFormatter(sep=""))


def mark_chance(axes: Axes, level: float = 0.5) -> None:
    """Draw the accuracy of guessing among two labels."""
    axes.axhline(level, color="0.5", linestyle=":", linewidth=1)


def draw_runs(
    axes: Axes, x: ArrayLike, curves: ArrayLike, colour: Any, label: str = "", **style: Any
) -> None:
    """Draw every run's curve thinly, and their mean.

    Args:
        axes: where.
        x: shape (n,).
        curves: shape (run, n); NaN where nothing was measured.
        colour: of all.
        label: in the legend.
        style: of the lines.
    """
    table = np.asarray(curves, float).reshape(-1, np.asarray(x).size)
    axes.plot(x, table.T, color=colour, alpha=0.3, linewidth=0.6, **style)
    count = np.isfinite(table).sum(axis=0)
    mean = np.where(count > 0, np.nansum(table, axis=0) / np.maximum(count, 1), np.nan)
    axes.plot(x, mean, color=colour, label=label or None, **style)


def draw_strategies(
    axes: Axes, data: xr.Dataset, names: Sequence[str] = ("icl", "ciwl", "flip"), title: str = ""
) -> None:
    """Draw the accuracies of all runs of a dataset on some evaluators."""
    for name in names:
        values = data[name].transpose(..., "sequences").values
        draw_runs(axes, data["sequences"].values, values, COLOURS[name], name)
    mark_chance(axes)
    axes.set(ylim=(0, 1), ylabel="accuracy in context", title=title)
    label_sequences(axes)


def draw_paths(axes: Axes, data: xr.Dataset, x: str, y: str, colour: Any, label: str = "") -> None:
    """Draw every run's path through the plane of two accuracies, its beginning as a ring and its end as a dot.

    Args:
        axes: where.
        data: curves of runs.
        x: name of the horizontal accuracy.
        y: of the vertical one.
        colour: of the paths.
        label: in the legend.
    """
    across, up = (
        running_median(
            data[name].transpose(..., "sequences").values.reshape(-1, data.sizes["sequences"]), SMOOTH
        )
        for name in (x, y)
    )
    for i, (first, second) in enumerate(zip(across, up, strict=True)):
        axes.plot(
            first, second, color=colour, linewidth=1, alpha=0.8, label=label if label and i == 0 else None
        )
        axes.plot(first[:1], second[:1], "o", color=colour, fillstyle="none", markersize=4)
        axes.plot(first[-1:], second[-1:], "o", color=colour, markersize=4)
    axes.set(xlabel=x, ylabel=y)
    axes.xaxis.set_major_locator(MaxNLocator(4))


def conditions(data: xr.Dataset, dim: str, title: str = "{}") -> Figure:
    """Draw the strategies of one condition a panel.

    Args:
        data: curves of runs.
        dim: the axis of conditions.
        title: of a panel, with a place for the condition.
    """
    values = data[dim].values
    figure, panels = pyplot.subplots(
        1, len(values), figsize=(3.1 * len(values) + 0.4, 2.8), sharex=True, sharey=True, squeeze=False
    )
    for panel, value in zip(panels[0], values, strict=True):
        draw_strategies(panel, data.sel({dim: value}), title=title.format(value))
    for panel in panels[0][1:]:
        panel.set_ylabel("")
    panels[0][-1].legend(fontsize=7)
    return figure
