"""Report Figure 3: accuracy of two-head runs from scratch, coloured by how they end.

Expect more varied ends than with one head; the jump to 1 remains.
"""

import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

COLOURS = {"exact": "C0", "stalled": "C1", "plateau": "0.6"}


def draw(data: xr.Dataset) -> Figure:
    """Draw every run, and the plateau of guessing among the values shown."""
    figure, axes = pyplot.subplots()
    for kind in reversed(COLOURS):
        chosen = data["accuracy"].values[data["kind"].values == kind]
        if len(chosen):
            axes.plot(data["step"].values, chosen.T, color=COLOURS[kind], linewidth=0.8, alpha=0.8)
        axes.plot([], [], color=COLOURS[kind], label=f"{kind}: {len(chosen)}")
    axes.axhline(data.attrs["plateau"], color="0.4", linestyle=":", linewidth=1)
    axes.set(xlabel="training steps", ylabel="accuracy", ylim=(0, 1.02))
    axes.legend(loc="upper left")
    return figure
