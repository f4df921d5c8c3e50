"""Arrows from SimAM before training to SimAM after."""

from collections.abc import Sequence

import numpy as np
import xarray as xr
from matplotlib.axes import Axes

from dynamicl.studies.finetuning import means

from ._marks import COLOURS, NAMES, SPREAD, add_legend, name_tasks, tasks_of


def draw_arrows(axes: Axes, data: xr.Dataset, variants: Sequence[str]) -> None:
    """Draw an arrow, the mean over seeds, for every task and way of training.

    Args:
        axes: to draw in.
        data: what an experiment keeps of the cells.
        variants: which, from left to right.
    """
    for i, variant in enumerate(variants):
        named = False
        for j, task in enumerate(tasks_of(data)):
            ends = [float(means(data, name, variant, [task]).mean()) for name in ("map_before", "map_after")]
            if not np.isfinite(ends).all():
                continue
            place = j + (i - (len(variants) - 1) / 2) * SPREAD
            axes.annotate("", xy=(place, ends[1]), xytext=(place, ends[0]), arrowprops=_arrow(variant))
            axes.plot([place, place], ends, color=COLOURS[variant], linewidth=0)
            label = "_nolegend_" if named else NAMES[variant]
            axes.scatter(place, ends[0], s=14, color=COLOURS[variant], label=label)
            named = True
    name_tasks(axes, data)
    axes.set(ylabel="SimAM", title="Attention maps: before training (dot) and after (arrow)")
    add_legend(axes)


def _arrow(variant: str) -> dict[str, object]:
    return {
        "arrowstyle": "-|>",
        "color": COLOURS[variant],
        "linewidth": 1.4,
        "shrinkA": 0,
        "shrinkB": 0,
    }
