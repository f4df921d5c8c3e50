"""Thesis figure 2.3: icl on unseen classes by variation within classes and p(bursty).

Expect nothing without variation (left), and more of it, at less bursts, to the right.
"""

import numpy as np
import xarray as xr
from matplotlib import colormaps, pyplot
from matplotlib.figure import Figure

from dynamicl.views.figures._strategies import draw_runs, label_sequences, mark_chance


def draw(data: xr.Dataset) -> Figure:
    """Draw one panel a variation, one colour a p(bursty)."""
    values = data["variation"].values
    figure, panels = pyplot.subplots(
        1, len(values), figsize=(3.1 * len(values), 2.8), sharey=True, squeeze=False
    )
    shares = data["share"].values
    shades = colormaps["viridis_r"](np.linspace(0.1, 1, len(shares)))
    for panel, name in zip(panels[0], values, strict=True):
        for share, shade in zip(shares, shades, strict=True):
            runs = data["icl"].sel(variation=name, share=share).transpose(..., "sequences").values
            draw_runs(panel, data["sequences"].values, runs, shade, f"{share:g}")
        panel.set(title=str(name), ylim=(0.3, 1))
        mark_chance(panel)
        label_sequences(panel)
    panels[0, 0].set_ylabel("icl")
    panels[0, -1].legend(title="p(bursty)", fontsize=6.5, title_fontsize=6.5)
    return figure
