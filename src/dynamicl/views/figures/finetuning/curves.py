"""Similarity by learning rate and by number of demonstrations: how much a score depends on them.

The report gives one number a task, each task with a rate of its own.
"""

import numpy as np
import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

MEASURES = {"outputs": "SimAOU", "map_after": "SimAM after", "map_change": "SimAM of changes"}


def draw(data: xr.Dataset) -> Figure:
    """Draw means over layers, queries, and those tasks and seeds that have every point of a curve."""
    figure, panels = pyplot.subplots(1, 2, figsize=(7.2, 3.2), sharey=True)
    names = [str(name) for name in data["variant"].values]
    curves: dict[str, dict[float, str]] = {
        "learning rate": {float(name[5:]): name for name in names if name.startswith("rate-")},
        "demonstrations": {float(name[2:]): name for name in names if name.startswith("k-")}
        | _whole(data, names),
    }
    for axes, (about, variants) in zip(panels, curves.items(), strict=True):
        x = np.array(sorted(variants))
        cells = data["similarity"].sel(token="verbaliser", variant=[variants[v] for v in x]).mean("query")
        for i, (measure, label) in enumerate(MEASURES.items()):
            own = cells.sel(measure=measure).transpose("task", "seed", "variant").values.reshape(-1, len(x))
            means = own[np.isfinite(own).all(1)].mean(0)
            axes.plot(x, means, marker="o", markersize=3, color=f"C{i}", label=label)
        axes.axhline(0, color="0.5", linewidth=0.6)
        axes.set(xlabel=about, xscale="log")
        axes.set_xticks(x, [f"{value:g}" for value in x], rotation=30)
        axes.minorticks_off()
    panels[0].set_ylabel("similarity")
    panels[0].legend(fontsize=7)
    return figure


def _whole(data: xr.Dataset, names: list[str]) -> dict[float, str]:
    """The main measurement as a point of the curve over demonstrations."""
    return {float(data.attrs["k"]): "original"} if "original" in names else {}
