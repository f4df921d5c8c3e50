"""Reddy section 4: does a classifier that is aligned from the outset make the slow phase unnecessary?

Expect t10 to come down with xi at the start; the line marks half of that from 0, the open mark tied weights.
"""

import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure


def draw(data: xr.Dataset) -> Figure:
    """Draw the losses, and t10 against the start."""
    figure, panels = pyplot.subplots(1, 2, figsize=(7.8, 3.0))
    written = data.sel(contexts="middle")
    for i, xi in enumerate(data["xi"].values):
        panels[0].plot(
            data["step"],
            written["loss"].sel(xi=xi),
            color=pyplot.cm.viridis(i / data.sizes["xi"]),
            label=f"ξ = {xi:g}",
        )
    for name, marker in (("middle", "o-"), ("all", "s--")):
        panels[1].plot(
            data["xi"],
            data["t10"].sel(contexts=name),
            marker,
            color="#000000",
            markersize=4,
            label="eq. 10" if name == "middle" else "average over contexts",
        )
    panels[1].axhline(float(written["t10"].sel(xi=0.0)) / 2, color="#888888", linewidth=0.8)
    panels[1].plot(
        1, float(written["t10"].sel(xi=1.0)), "o", color="#D55E00", markerfacecolor="none", markersize=10
    )
    panels[0].set(xlabel="steps", ylabel="loss (nats)", xlim=(0, 160))
    panels[1].set(xlabel="ξ at the start", ylabel="t10 (steps)", ylim=(0, None))
    panels[0].legend(fontsize=7)
    panels[1].legend(fontsize=8)
    return figure
