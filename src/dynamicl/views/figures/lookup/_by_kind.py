"""Curves of runs, coloured by how they end."""

import xarray as xr
from matplotlib.axes import Axes

from dynamicl.studies.lookup._ends import kinds

COLOURS = {"exact": "C0", "stalled": "C1", "climbing": "C2", "plateau": "0.6"}


def draw_runs(axes: Axes, data: xr.Dataset, name: str = "accuracy") -> None:
    """Draw one curve a run, and count in the legend the kinds that there are."""
    ends = kinds(data)
    for kind in reversed(COLOURS):
        chosen = data[name].values[ends == kind]
        if len(chosen):
            axes.plot(data["step"].values, chosen.T, color=COLOURS[kind], linewidth=0.8, alpha=0.8)
            axes.plot([], [], color=COLOURS[kind], label=f"{kind}: {len(chosen)}")
