"""Report Figure 6: the sum of squared parameters over training, coloured by how runs end.

In the report those that find the exact solution end lowest.
"""

import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from .r1_bimodal import COLOURS


def draw(data: xr.Dataset) -> Figure:
    """Draw every run."""
    figure, axes = pyplot.subplots()
    for kind in reversed(COLOURS):
        chosen = data["squared_norm"].values[data["kind"].values == kind]
        if len(chosen):
            axes.plot(data["step"].values, chosen.T, color=COLOURS[kind], linewidth=0.8, alpha=0.8)
        axes.plot([], [], color=COLOURS[kind], label=f"{kind}: {len(chosen)}")
    axes.set(xlabel="training steps", ylabel="sum of squared parameters")
    axes.legend()
    return figure
