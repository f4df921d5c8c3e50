"""Thesis Figure C.3: which heads of layer 1 feed which heads of layer 2.

Accuracy of one path, everything else silenced, beside the composition scores of the weights. Expect many-to-many
paths of unequal strength, those into patterns from previous-token heads, and scores that follow them only roughly
(right: all seeds, with Pearson's r and its 95 % interval). Heads of the first seed, in the order of previous-token
attention and of induction strength.
"""

import numpy as np
import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from dynamicl.statistics import correlation_interval

ROWS = (
    ("match", "k", "values kept:\nwhat feeds patterns"),
    ("copy", "v", "patterns kept:\nwhat feeds values"),
)


def draw(data: xr.Dataset) -> Figure:
    """Draw the first seed's paths and scores as tables, and all seeds' against each other."""
    figure, panels = pyplot.subplots(2, 3, figsize=(8.6, 5.2))
    one = data.isel(seed=0)
    first = np.argsort(-one["previous_token_attention"].values)
    second = np.argsort(-one["induction_strength"].values)
    for row, (part, score, words) in zip(panels, ROWS, strict=True):
        for panel, name, low, high in (
            (row[0], f"path_{part}", 0.0, 1.0),
            (row[1], f"composition_{score}", None, None),
        ):
            table = one[name].transpose("first", "second").values[np.ix_(first, second)]
            image = panel.imshow(table, cmap="viridis", vmin=low, vmax=high, aspect="equal")
            figure.colorbar(image, ax=panel, shrink=0.85)
            panel.set(
                xticks=range(len(second)), xticklabels=second, yticks=range(len(first)), yticklabels=first
            )
            panel.grid(False)
            panel.tick_params(labelsize=7)
        row[0].set_title(f"accuracy of a path\n{words}", fontsize=8)
        row[1].set_title(f"{score.upper()} composition score", fontsize=8)
        row[0].set_ylabel("head of layer 1")
        x, y = (
            data[name].transpose("seed", "first", "second").values
            for name in (f"composition_{score}", f"path_{part}")
        )
        for i in range(len(x)):
            row[2].plot(x[i].ravel(), y[i].ravel(), ".", markersize=3.5, color=f"C{i % 8}", alpha=0.7)
        row[2].set(ylabel="accuracy of the path", ylim=(-0.03, 1.03))
        row[2].set_title(_linked(x, y), fontsize=8)
    for panel, words in zip(
        panels[1], ("head of layer 2", "head of layer 2", "composition score"), strict=True
    ):
        panel.set_xlabel(words)
    return figure


def _linked(x: np.ndarray, y: np.ndarray) -> str:
    there = np.isfinite(x) & np.isfinite(y)
    if there.sum() < 4 or np.ptp(x[there]) == 0 or np.ptp(y[there]) == 0:
        return "all seeds"
    found = correlation_interval(x[there], y[there])
    return f"all seeds: r = {found.value:.2f} [{found.low:.2f}, {found.high:.2f}]"
