"""Thesis figure 4.6a: three vectors; each one that is clamped takes an interaction away.

Expect a plateau and a drop with nothing clamped, an earlier one with c, an exponential with b, c.
"""

import numpy as np
import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

COLOURS = {"none": "#000000", "c": "#0072B2", "b, c": "#7A3FA8"}


def draw(data: xr.Dataset) -> Figure:
    """Draw the first draws' losses over that of nothing learnt, linear and logarithmic, and the plateau indices."""
    figure, panels = pyplot.subplots(1, 3, figsize=(9.6, 3.0), width_ratios=(1, 1, 0.8))
    for place, name in enumerate(data["clamp"].values):
        words = "nothing clamped" if name == "none" else f"{name} clamped"
        for panel in panels[:2]:
            lines = panel.plot(
                data["step"], data["loss"].sel(clamp=name).T, color=COLOURS[str(name)], linewidth=0.9
            )
            lines[0].set_label(words)
        index = np.sort(data["index"].sel(clamp=name).values)
        index = index[np.isfinite(index)]
        panels[2].plot(
            np.full(index.size, place) + np.linspace(-0.3, 0.3, index.size),
            index,
            ".",
            markersize=2.5,
            color=COLOURS[str(name)],
        )
    panels[0].set(xlabel="steps", ylabel="loss / loss of nothing learnt", ylim=(0, 2))
    panels[1].set(xlabel="steps", yscale="log", ylim=(1e-6, 3), xlim=(0, 400))
    panels[2].set(
        ylabel="plateau index",
        xticks=range(3),
        xticklabels=["none", "c", "b, c"],
        xlabel="clamped",
        ylim=(0, 1),
    )
    panels[2].axhline(0.046, color="#888888", linewidth=0.8)
    panels[0].legend(fontsize=8)
    return figure
