"""Report Figure 7: final sum of squared parameters against final accuracy.

In the report the two go together among runs that are not exact.
"""

import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from ._by_kind import COLOURS


def draw(data: xr.Dataset) -> Figure:
    """Draw one dot a run; open ones are of one initialisation."""
    figure, axes = pyplot.subplots()
    own = data["population"].values == "own seeds"
    for kind, colour in COLOURS.items():
        for chosen, fill in ((own, colour), (~own, "none")):
            these = chosen & (data["kind"].values == kind)
            axes.scatter(
                data["final_accuracy"].values[these],
                data["final_norm"].values[these],
                s=14,
                facecolors=fill,
                edgecolors=colour,
                label=kind if fill == colour and these.any() else None,
            )
    axes.set(xlabel="final accuracy", ylabel="final sum of squared parameters")
    axes.legend()
    return figure
