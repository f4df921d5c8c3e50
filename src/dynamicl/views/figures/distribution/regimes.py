"""Thesis 2.4: icl on unseen classes by condition, a panel a regime.

Expect chance at the left, humps in the middle, and a rise at the right.
"""

import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from dynamicl.views.figures._strategies import draw_runs, label_sequences, mark_chance


def draw(data: xr.Dataset) -> Figure:
    """Draw one panel a regime, one colour a condition."""
    regimes = list(dict.fromkeys(data["regime"].values.tolist()))
    figure, panels = pyplot.subplots(
        1, len(regimes), figsize=(3.2 * len(regimes), 2.8), sharey=True, squeeze=False
    )
    for panel, regime in zip(panels[0], regimes, strict=True):
        runs = data.isel(run=data["regime"].values == regime)
        for place, name in enumerate(dict.fromkeys(runs["condition"].values.tolist())):
            some = runs["icl"].isel(run=runs["condition"].values == name).transpose("run", "sequences").values
            draw_runs(panel, data["sequences"].values, some, f"C{place}", str(name))
        panel.set(title=regime, ylim=(0.3, 1))
        panel.legend(fontsize=6.5)
        mark_chance(panel)
        label_sequences(panel)
    panels[0, 0].set_ylabel("icl")
    return figure
