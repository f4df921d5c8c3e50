"""Thesis Tables C.1, C.2, Figure C.1: do other heads know what the strongest head gets wrong?

Each point is another head of some seed, alone. Expect points below the diagonal as trained (the strongest head's
mistakes are harder for all), and some above it with match perfected. Lines join the seeds' means to the diagonal;
their mean difference has its 95 % interval in the title.
"""

import numpy as np
import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from ._shared import interval_over_seeds


def draw(data: xr.Dataset) -> Figure:
    """Draw accuracy on the strongest head's mistakes against accuracy over all sequences."""
    conditions = data["condition"].values
    figure, panels = pyplot.subplots(
        1, len(conditions), figsize=(3.7 * len(conditions), 3.6), sharex=True, sharey=True
    )
    for panel, condition in zip(np.atleast_1d(panels), conditions, strict=True):
        one = data.sel(condition=condition)
        panel.plot([0, 1], [0, 1], color="0.5", linewidth=1)
        differences = []
        for i, seed in enumerate(data["seed"].values):
            x, y = (one[name].isel(seed=i).values for name in ("overall", "on_mistakes"))
            there = np.isfinite(x) & np.isfinite(y)
            label = f"{seed} ({int(one['mistakes'][i]):,})"
            panel.plot(x[there], y[there], "o", color=f"C{i % 8}", markersize=4.5, alpha=0.8, label=label)
            if there.any():
                panel.plot(
                    [x[there].mean()] * 2,
                    [x[there].mean(), y[there].mean()],
                    color=f"C{i % 8}",
                    linewidth=1.8,
                )
                differences.append((y - x)[there].mean())
        found = interval_over_seeds(differences)
        panel.set_title(f"{condition}: {found.value:+.2f} [{found.low:+.2f}, {found.high:+.2f}]", fontsize=9)
        panel.set(xlabel="accuracy over all sequences", xlim=(-0.03, 1.03), ylim=(-0.03, 1.03))
        panel.legend(title="seed (mistakes)", fontsize=7, title_fontsize=7, loc="upper left")
    np.atleast_1d(panels)[0].set_ylabel("accuracy on the strongest's mistakes")
    return figure
