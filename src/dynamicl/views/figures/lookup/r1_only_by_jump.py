"""Report section 4.1: the accuracy of exact runs around their own jump.

Expect every curve to rise at the line, most of them steeply and from the plateau.
"""

import numpy as np
import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure


def draw(data: xr.Dataset) -> Figure:
    """Draw every exact run in units of its jump time; one without, in units of its last step, dashed."""
    figure, axes = pyplot.subplots()
    steps = data["step"].values.astype(float)
    exact = data.isel(run=np.flatnonzero(data["kind"].values == "exact"))
    for accuracy, time in zip(exact["accuracy"].values, exact["jump_time"].values, strict=True):
        jumped = bool(np.isfinite(time))
        x = steps / (time if jumped else steps[-1])
        axes.plot(x, accuracy, color="C0", linewidth=0.8, alpha=0.7, linestyle="-" if jumped else "--")
    axes.axvline(1, color="0.6", linewidth=0.8)
    axes.axhline(data.attrs["plateau"], color="0.4", linestyle=":", linewidth=1)
    axes.set(
        xlabel="training steps over the time of the jump", ylabel="accuracy", xlim=(0, 3), ylim=(0, 1.02)
    )
    return figure
