"""Thesis Table C.3: previous-token heads of layer 1 serve layer 2's patterns, the others its values.

Expect previous-token heads to be dispensable where patterns are kept from a clean pass, the rest where values are
kept, and all together for neither. Points: seeds, bars: mean with 95 % interval; line: nothing ablated.
"""

import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from ._shared import draw_points

COLOURS = {"patterns": "#1F9D55", "values": "#1F6FC2"}


def draw(data: xr.Dataset) -> Figure:
    """Draw accuracies by what is silenced in layer 1 and what layer 2 keeps."""
    figure, axes = pyplot.subplots()
    for i, ablated in enumerate(data["ablated"].values):
        for shift, kept in zip((-0.15, 0.15), data["kept"].values, strict=True):
            values = data["accuracy"].sel(ablated=ablated, kept=kept).values
            draw_points(
                axes, i + shift, values, COLOURS[str(kept)], f"layer 2 keeps its {kept}" if i == 0 else ""
            )
    axes.axhline(float(data["clean_accuracy"].mean()), color="black", linewidth=1)
    axes.axhline(0.5, color="0.5", linestyle=":", linewidth=1)
    axes.set(xticks=range(data.sizes["ablated"]), xticklabels=data["ablated"].values, ylim=(-0.03, 1.03))
    axes.set(xlabel="silenced heads of layer 1", ylabel="accuracy")
    figure.legend(fontsize=8, loc="outside upper center", ncols=2)
    return figure
