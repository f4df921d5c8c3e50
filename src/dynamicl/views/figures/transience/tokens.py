"""Thesis figures 3.6 and B.2: icl on clustered token embeddings, one panel a size.

Expect humps, higher with more classes.
"""

import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from dynamicl.views.figures._strategies import draw_runs, label_sequences, mark_chance


def draw(data: xr.Dataset) -> Figure:
    """Draw one panel a number of classes, one colour a matrix."""
    sizes = sorted(set(data["classes"].values.tolist()), reverse=True)
    figure, panels = pyplot.subplots(
        1, len(sizes), figsize=(3.3 * len(sizes), 2.8), sharey=True, squeeze=False
    )
    matrices = list(dict.fromkeys(data["matrix"].values.tolist()))
    for panel, classes in zip(panels[0], sizes, strict=True):
        for place, matrix in enumerate(matrices):
            chosen = (data["classes"].values == classes) & (data["matrix"].values == matrix)
            runs = data["icl"].isel(run=chosen).transpose("run", "sequences").values
            draw_runs(panel, data["sequences"].values, runs, f"C{place}", str(matrix))
        panel.set(title=f"{classes} classes", ylim=(0.3, 1))
        mark_chance(panel)
        label_sequences(panel)
    panels[0, 0].set_ylabel("icl")
    panels[0, 0].legend(fontsize=7)
    return figure
