"""Thesis 4.3, footnote 8: how the two labels of the context share an answer, sequence by sequence.

Expect one peak at one half on the plateau, everything at the right label at the end.
"""

import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure


def draw(data: xr.Dataset) -> Figure:
    """Draw the histogram of the right label's share of the two labels, at both moments."""
    figure, panels = pyplot.subplots(1, 2, figsize=(7, 3), sharey=True)
    for panel, moment in zip(panels, data["moment"].values, strict=True):
        rows = data["sequences"].sel(moment=moment).transpose("seed", "bin").values
        for i, seed in enumerate(data["seed"].values):
            panel.step(data["bin"], rows[i], where="mid", color=f"C{i % 8}", alpha=0.85, label=str(seed))
        panel.axvline(0.5, color="0.7", linewidth=0.8, zorder=0)
        panel.set(title=str(moment), xlabel="right label's share of the two", xlim=(0, 1))
    panels[0].set_ylabel("share of sequences")
    panels[1].legend(title="seed", fontsize=7, title_fontsize=7, loc="upper left")
    return figure
