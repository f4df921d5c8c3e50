"""Figure 2: what moves a network from learning in weights to learning in context, and what keeps both."""

import numpy as np
import xarray as xr

from dynamicl.statistics import TREND_P, trend
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import attempt, least_of, mean, most_of

from ._cells import at, ends_by_cell, grid, line
from ._populations import experiment
from ._prices import left_out
from ._settings import Setting

STILL_RISING = 0.02
"""A cell has not ended whose runs rise by more than this, on average, over the last fifth (`still_rising`)."""


def trend_bar(metric: str, way: str, of: str) -> Threshold:
    """Return the requirement of a trend."""
    return Threshold(f"p-value of {metric} going {way} with {of}", "<", TREND_P)


TRENDS = {
    ("classes", "novel"): ("up", trend_bar("novel accuracy", "up", "K at B = 1")),
    ("classes", "in_weights"): ("down", trend_bar("in-weights accuracy", "down", "K at B = 1")),
    ("burst", "novel"): ("up", trend_bar("novel accuracy", "up", "B")),
    ("burst", "in_weights"): ("down", trend_bar("in-weights accuracy", "down", "B")),
    ("eps", "novel"): ("up", trend_bar("novel accuracy", "up", "eps")),
    ("eps", "in_weights"): ("down", trend_bar("in-weights accuracy", "down", "eps")),
}
BOTH_NOVEL = Threshold("novel accuracy at alpha = 1, mean over runs", ">", 0.8)
BOTH_WEIGHTS = Threshold("in-weights accuracy at alpha = 1, mean over runs", ">", 0.5)
LOST = Threshold("novel accuracy at alpha = 1.5 less that at 1, mean over runs", "<", 0.0)
IN_WEIGHTS = Threshold("in-weights accuracy with p_B below 1, least mean", ">", 0.95)
NOT_IN_CONTEXT = Threshold("novel accuracy with p_B below 1, largest mean", "<", 0.3)
CRITERION = (
    *(bar for _, bar in TRENDS.values()),
    BOTH_NOVEL,
    BOTH_WEIGHTS,
    LOST,
    IN_WEIGHTS,
    NOT_IN_CONTEXT,
)


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Read off how the runs of every cell ended; see `ends_by_cell`."""
    if "cells" not in trajectories:
        return left_out("cells")
    return ends_by_cell(scale, grid(scale), trajectories["cells"])


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Judge the trends along K, B and eps, then what alpha and p_B do."""
    classes = data.attrs["line_classes"]
    fixed = {"classes": {"burst": 1}, "burst": {"classes": classes}, "eps": {"classes": classes, "burst": 1}}
    parts = []
    for (along, metric), (way, bar) in TRENDS.items():
        levels, values = line(data, along, metric, **fixed[along])
        decided, _ = attempt(trend, values, direction=way)
        _, rising = line(data, along, "rising", **fixed[along])
        parts.append(
            bar.part(decided.p if decided else np.nan, sum(map(len, values)), unended(levels, rising))
        )
    return (*parts, *_alpha_parts(data, classes), *_share_parts(data, classes))


def unended(levels: list[float], rising: list[np.ndarray]) -> str:
    """Say which cells were still learning at the end; empty where none was."""
    late = [level for level, rise in zip(levels, rising, strict=True) if np.mean(rise) > STILL_RISING]
    return f"still rising at the end at level {', '.join(f'{level:g}' for level in late)}" if late else ""


def _alpha_parts(data: xr.Dataset, classes: int) -> tuple[Part, ...]:
    fixed = {"classes": classes, "burst": 1}
    levels, novel = line(data, "alpha", "novel", **fixed)
    _, weights = line(data, "alpha", "in_weights", **fixed)
    _, rising = line(data, "alpha", "rising", **fixed)
    flat = at(levels, novel, 1.0)
    steep = at(levels, novel, 1.5)
    late = unended([1.0, 1.5], [at(levels, rising, level) for level in (1.0, 1.5)])
    lost = steep.mean() - flat.mean() if steep.size and flat.size else np.nan
    return (
        BOTH_NOVEL.part(mean(flat), flat.size, late),
        BOTH_WEIGHTS.part(mean(at(levels, weights, 1.0)), flat.size, late),
        LOST.part(float(lost), steep.size, late),
    )


def _share_parts(data: xr.Dataset, classes: int) -> tuple[Part, ...]:
    columns = {
        name: line(data, "bursty", name, classes=classes, burst=1)
        for name in ("novel", "in_weights", "rising")
    }
    mixed = [i for i, share in enumerate(columns["novel"][0]) if share < 1]
    late = unended([columns["novel"][0][i] for i in mixed], [columns["rising"][1][i] for i in mixed])
    runs = sum(columns["novel"][1][i].size for i in mixed)
    weights = [mean(columns["in_weights"][1][i]) for i in mixed]
    novel = [mean(columns["novel"][1][i]) for i in mixed]
    return (
        IN_WEIGHTS.part(least_of(weights), runs, late),
        NOT_IN_CONTEXT.part(most_of(novel), runs, late),
    )


def note(data: xr.Dataset) -> str:
    """Say how many cells had not ended."""
    means = data["rising"].mean("seed").values
    return f"{int((means > STILL_RISING).sum())} of {means.size} cells were still rising by more than {STILL_RISING}"


TRADEOFF = experiment(
    "mixture.tradeoff", ["cells"], measure=measure, judge=judge, criterion=CRITERION, note=note
)
