"""What the figures of chapters 2, 3 and 5 share: colours of evaluators, their curves, paths between strategies."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr
from matplotlib import colormaps, pyplot
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter, MaxNLocator
from numpy.typing import ArrayLike

from dynamicl.statistics import running_median

COLOURS = {"icl": "#D55E00", "ciwl": "#0072B2", "flip": "#009E73", "train": "#999999", "iwl": "#000000"}
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


def levels(
    data: xr.Dataset, dim: str, names: Sequence[str] = ("icl", "iwl"), title: str = "", form: str = "{}"
) -> Figure:
    """Draw one accuracy a panel, one colour a level of a condition.

    Args:
        data: curves of runs.
        dim: the axis of the condition.
        names: of the accuracies.
        title: of the legend.
        form: of a level, with a place for it.
    """
    figure, panels = pyplot.subplots(
        1, len(names), figsize=(3.4 * len(names), 2.8), sharex=True, squeeze=False
    )
    values = data[dim].values
    shades = colormaps["viridis_r"](np.linspace(0.1, 1, len(values)))
    for panel, name in zip(panels[0], names, strict=True):
        for place, shade in enumerate(shades):
            runs = data[name].isel({dim: place}).transpose(..., "sequences").values
            draw_runs(panel, data["sequences"].values, runs, shade, form.format(values[place]))
        panel.set(ylabel=name, ylim=(0, None))
        label_sequences(panel)
    mark_chance(panels[0, 0])
    panels[0, 0].set_ylim(0.3, 1)
    panels[0, 0].legend(fontsize=6.5, title=title, title_fontsize=6.5)
    return figure


def by_architecture(data: xr.Dataset, name: str) -> Figure:
    """Draw an accuracy of a sweep: one panel an architecture, one line a pair of rate and warm-up."""
    architectures = [str(one) for one in data["architecture"].values]
    size = (2.6 * len(architectures) + 0.4, 2.7)
    figure, panels = pyplot.subplots(1, len(architectures), figsize=size, sharey=True, squeeze=False)
    for panel, one in zip(panels[0], architectures, strict=True):
        panel.plot(
            data["sequences"], data[name].sel(architecture=one).transpose("sequences", "pair"), linewidth=0.8
        )
        panel.set_title(one, fontsize=7.5)
        label_sequences(panel)
    panels[0, 0].set_ylabel(name)
    return figure
