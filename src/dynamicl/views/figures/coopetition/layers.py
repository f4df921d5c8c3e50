"""Thesis figures 5.6b and c: halves exchanged between the checkpoints of one run.

Left: each checkpoint with the second half of the end (dashed) beside its own accuracies. Others: the first half frozen
at a moment (dashed from there on). Expect dashed lines on solid ones at the left, and flat dashed lines elsewhere.
"""

import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from dynamicl.views.figures._strategies import COLOURS, label_sequences, mark_chance

TITLES = {"up": "as flip passes one half", "peak": "at flip's peak", "down": "as flip comes back"}


def draw(data: xr.Dataset) -> Figure:
    """Draw both exchanges."""
    figure, panels = pyplot.subplots(1, 4, figsize=(11, 2.9), sharex=True, sharey=True)
    frozen = [str(name) for name in data["frozen"].values]
    exchanged = [data["late_second"], *(data["early_first"].sel(frozen=name) for name in frozen)]
    titles = ["second half of the end", *(f"first half {TITLES[name]}" for name in frozen)]
    for panel, table, title in zip(panels, exchanged, titles, strict=True):
        for kind in data["kind"].values:
            colour = COLOURS[str(kind)]
            panel.plot(
                data["sequences"], data["own"].sel(kind=kind), color=colour, label=str(kind), linewidth=1
            )
            panel.plot(data["sequences"], table.sel(kind=kind), "--", color=colour)
        panel.set_title(title, fontsize=8)
        panel.set_ylim(0, 1)
        mark_chance(panel)
        label_sequences(panel)
    panels[0].set_ylabel("accuracy in context")
    panels[0].legend(fontsize=7)
    return figure
