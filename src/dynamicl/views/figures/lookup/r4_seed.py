"""Report Figure 8: one initialisation under different data.

Expect some runs to jump and the others to stay on the plateau.
"""

import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from .r1_bimodal import COLOURS


def draw(data: xr.Dataset) -> Figure:
    """Draw every run."""
    figure, axes = pyplot.subplots()
    for kind in reversed(COLOURS):
        chosen = data["accuracy"].values[data["kind"].values == kind]
        if len(chosen):
            axes.plot(data["step"].values, chosen.T, color=COLOURS[kind], linewidth=0.8, alpha=0.8)
        axes.plot([], [], color=COLOURS[kind], label=f"{kind}: {len(chosen)}")
    axes.set(xlabel="training steps", ylabel="accuracy", ylim=(0, 1.02))
    axes.legend(loc="upper left")
    return figure
