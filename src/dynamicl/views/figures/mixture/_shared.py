"""What the figures of the mixture study's networks share: colours, curves of seeds, lines of cells, empty panels."""

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.ticker import EngFormatter

from dynamicl.studies.mixture._readings import MEASURES, aligned, passes_half
from dynamicl.toys import Logits, NestedLogits

SHOWN = np.linspace(-1.0, 0.4, 281)
"""Where aligned curves are drawn: from the start of training on, in units of the time to one half."""
COLOURS = {
    "novel": "#000000",
    "ila1_labels": "#E69F00",
    "tila2": "#009E73",
    "cla": "#0072B2",
    "tla2": "#D55E00",
    "swap": "#CC79A7",
    "in_weights": "#6B4C9A",
    "label_entropy": "#56B4E9",
    "flip": "#D55E00",
    "ciwl": "#0072B2",
}
NAMES = {
    "novel": "in context (novel classes)",
    "ila1_labels": "ILA1 (labels)",
    "tila2": "TILA2",
    "cla": "CLA",
    "tla2": "TLA2",
    "swap": "in context (swapped labels)",
    "in_weights": "in weights",
    "label_entropy": "entropy of the query's attention within the labels",
    "flip": "flip",
    "ciwl": "ciwl",
}


def draw_aligned(axes: Axes, data: xr.Dataset) -> None:
    """Draw accuracy and progress measures of all runs, aligned where in-context accuracy passes one half."""
    names = ("novel", *MEASURES)
    for name, curves in zip(names, aligned(data, names, passes_half(data), SHOWN), strict=True):
        draw_runs(axes, SHOWN, curves, name)
    axes.set(
        xlabel="time from accuracy one half, over that to there", ylabel="accuracy, attention", ylim=(0, 1.03)
    )


def draw_surface(axes: Axes, landscape: NestedLogits, xi: Any, alpha: Any, beta1: Any) -> None:
    """Draw the loss over xi and alpha as lines of equal loss, darker where it is lower; beta1 by alpha."""
    place = Logits(np.asarray(xi)[None, :], np.asarray(alpha)[:, None], np.asarray(beta1)[:, None])
    loss = np.asarray(landscape.loss(place))
    axes.contourf(xi, alpha, loss, levels=24, cmap="Greys_r", alpha=0.55)
    axes.contour(xi, alpha, loss, levels=12, colors="#666666", linewidths=0.4)


def draw_runs(axes: Axes, x: Any, curves: Any, name: str, label: str = "", **style: Any) -> None:
    """Draw every run's curve thinly and their mean in bold; curves of shape (run, x), NaN where a run has none."""
    values = np.asarray(curves, float)
    colour = style.pop("color", COLOURS.get(name))
    axes.plot(x, values.T, color=colour, alpha=0.3, linewidth=0.6, **style)
    there = np.isfinite(values)
    sums = np.where(there, values, 0).sum(axis=0)
    mean = np.where(there.any(axis=0), sums / np.maximum(there.sum(axis=0), 1), np.nan)
    axes.plot(x, mean, color=colour, label=label or NAMES.get(name, name), **style)


def label_updates(axes: Axes) -> None:
    """Name the axis of updates."""
    axes.set_xlabel("updates")
    axes.xaxis.set_major_formatter(EngFormatter(sep=""))


def draw_line(axes: Axes, levels: Any, values: Any, name: str, **style: Any) -> None:
    """Draw the runs of a line of cells as points, and their means as a line."""
    places = np.arange(len(levels))
    colour = style.pop("color", COLOURS[name])
    for place, runs in zip(places, values, strict=True):
        axes.plot(np.full(len(runs), place), runs, ".", color=colour, alpha=0.4, markersize=4)
    axes.plot(
        places,
        [np.mean(runs) for runs in values],
        color=colour,
        label=style.pop("label", NAMES[name]),
        **style,
    )
    axes.set_xticks(places, [f"{level:g}" for level in levels])
    axes.set_ylim(-0.03, 1.03)
