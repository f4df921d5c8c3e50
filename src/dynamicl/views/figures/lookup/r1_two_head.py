"""Report Figure 3: accuracy of two-head runs from scratch, coloured by how they end.

Expect more varied ends than with one head; the jump to 1 remains.
"""

import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from ._by_kind import draw_runs


def draw(data: xr.Dataset) -> Figure:
    """Draw every run, and the plateau of guessing among the values shown."""
    figure, axes = pyplot.subplots()
    draw_runs(axes, data)
    axes.axhline(data.attrs["plateau"], color="0.4", linestyle=":", linewidth=1)
    axes.set(xlabel="training steps", ylabel="accuracy", ylim=(0, 1.02))
    axes.legend(loc="upper left")
    return figure
