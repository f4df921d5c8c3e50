"""Tables 1 and 2 of the report: SimAOU of three ways of training, by task, beside the report's numbers.

Expect every bar far above the band of random updates; in the report training by layer stands highest and the
linearised model lowest.
"""

import numpy as np
import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from dynamicl.studies.finetuning import means, published

from ._marks import COLOURS, NAMES, add_legend, by_variant, name_tasks, tasks_of


def draw(data: xr.Dataset) -> Figure:
    """Draw seeds, means, the report's values (crosses) and ten times the size of the random update (grey)."""
    figure, axes = pyplot.subplots(figsize=(6.4, 3.4))
    places = by_variant(axes, data, "outputs", list(NAMES))
    for variant in NAMES:
        printed = published("outputs", variant)
        for place, task in zip(places[variant], tasks_of(data), strict=True):
            if task in printed:
                axes.scatter(place, printed[task], marker="x", s=22, color=COLOURS[variant], linewidths=1)
    random = np.abs(means(data, "uniform", "original", tasks_of(data)).values)
    if np.isfinite(random).any():
        height = 10 * float(np.nanmean(random))
        axes.axhspan(0, height, color="0.6", alpha=0.25, linewidth=0, label="10 x random")
    axes.scatter([], [], marker="x", s=22, color="0.3", linewidths=1, label="report (1.3B)")
    name_tasks(axes, data)
    axes.set(ylabel="SimAOU", title="Changes of attention outputs: context against training")
    axes.set_ylim(min(0, axes.get_ylim()[0]), None)
    add_legend(axes, columns=2)
    return figure
