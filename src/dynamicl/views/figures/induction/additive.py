"""Thesis Figure 4.5a: heads add up; ablating one at a time hides what keeping one at a time shows.

Expect accuracies near 1 whichever head is ablated; with one head kept, near 1 for the strongest and falling with
induction strength, down to the guess among two labels. Bars: means over seeds with 95 % intervals.
"""

import numpy as np
import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from ._shared import draw_points


def draw(data: xr.Dataset) -> Figure:
    """Draw accuracies by rank of the head, and the accuracy alone against induction strength."""
    figure, (ranked, scatter) = pyplot.subplots(1, 2, figsize=(7.6, 3.2), sharey=True)
    strength = data["induction_strength"].transpose("seed", "head").values
    order = np.argsort(-strength, axis=1)
    for name, colour, words in (
        ("without", "C1", "without that head"),
        ("alone", "C0", "with that head alone"),
    ):
        values = np.take_along_axis(data[f"accuracy_{name}"].transpose("seed", "head").values, order, axis=1)
        for rank in range(values.shape[1]):
            draw_points(ranked, rank + 1, values[:, rank], colour, words if rank == 0 else "")
        scatter.plot(
            strength.ravel(),
            data[f"accuracy_{name}"].transpose("seed", "head").values.ravel(),
            ".",
            color=colour,
            markersize=6,
        )
    for panel in (ranked, scatter):
        panel.axhline(float(data["accuracy"].mean()), color="black", linewidth=1)
        panel.axhline(0.5, color="0.5", linestyle=":", linewidth=1)
    ranked.set(
        xlabel="head of layer 2, by induction strength",
        ylabel="accuracy",
        xticks=range(1, strength.shape[1] + 1),
    )
    scatter.set(xlabel="induction strength in the whole network")
    ranked.plot([], [], color="black", linewidth=1, label="all heads (mean)")
    figure.legend(*ranked.get_legend_handles_labels(), loc="outside upper center", ncols=3)
    return figure
