"""Our own: icl by the share of sequences that keep it, from the start and from the middle on.

Expect darker lines to stay high at the left, and to come back at the right.
"""

import numpy as np
import xarray as xr
from matplotlib import colormaps, pyplot
from matplotlib.figure import Figure

from dynamicl.views.figures._strategies import label_sequences, mark_chance


def draw(data: xr.Dataset) -> Figure:
    """Draw one row a kind of sequence, one colour a share."""
    kinds, shares = (data[name].values.tolist() for name in ("kind", "share"))
    figure, panels = pyplot.subplots(
        len(kinds), 2, figsize=(6.8, 2.5 * len(kinds)), sharey=True, squeeze=False
    )
    shades = colormaps["viridis_r"](np.linspace(0.1, 1, len(shares)))
    for row, kind in zip(panels, kinds, strict=True):
        row[0].plot(data["sequences"], data["free_icl"], color="0.6", linewidth=1, label="none")
        for share, shade in zip(shares, shades, strict=True):
            here = data.sel(kind=kind, share=share)
            row[0].plot(data["sequences"], here["icl"], color=shade, linewidth=1, label=f"{share:g}")
            row[1].plot(data["rescued_sequences"], here["rescued_icl"], color=shade, linewidth=1)
        row[0].set(ylabel="icl", title=f"{kind}, from the start", ylim=(0.3, 1))
        row[1].set_title("from the middle on")
        for panel in row:
            mark_chance(panel)
            label_sequences(panel)
    panels[0, 0].legend(fontsize=6.5, title="share", title_fontsize=6.5)
    return figure
