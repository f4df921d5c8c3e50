"""Thesis Figure 4.1, caption: attention of layer 1 to the position before, by kind of row.

Expect some heads near 1 on label rows in every seed, few or none on exemplar rows. Lines: even attention, dashed, and
what counts as a previous-token head.
"""

import numpy as np
import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from dynamicl.studies.induction._networks import PREVIOUS_TOKEN

EVEN = {"labels": (1 / 2 + 1 / 4) / 2, "exemplars": (1 / 3 + 1 / 5) / 2}


def draw(data: xr.Dataset) -> Figure:
    """Draw every head of every seed."""
    figure, panels = pyplot.subplots(1, 2, figsize=(7, 3), sharey=True)
    for panel, row in zip(panels, data["row"].values, strict=True):
        heads = data["attention"].sel(row=row).transpose("seed", "head").values
        for i, attention in enumerate(heads):
            panel.plot(
                np.full(attention.size, i), attention, "o", color=f"C{i % 8}", alpha=0.8, markersize=4.5
            )
        panel.axhline(PREVIOUS_TOKEN, color="0.5", linewidth=0.8)
        panel.axhline(EVEN[str(row)], color="0.5", linewidth=0.8, linestyle="--")
        panel.set(title=f"rows of {row}", xlabel="seed", ylim=(0, 1.02))
        panel.set_xticks(range(len(heads)), [str(seed) for seed in data["seed"].values])
    panels[0].set_ylabel("attention to the position before")
    return figure
