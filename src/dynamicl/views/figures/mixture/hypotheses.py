"""Reddy figure 6b: in-context accuracy of the minimal head with and without beta2.

Expect the jump to remain without beta2, about as soon; TLA2 then begins to rise with TILA2 only.
"""

import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from ._shared import draw_runs, label_updates


def draw(data: xr.Dataset) -> Figure:
    """Draw both accuracies, and attention without beta2."""
    figure, axes = pyplot.subplots()
    steps = data["step"]
    draw_runs(axes, steps, data["novel"].transpose("run", "step"), "novel", label="two parameters")
    usual = data["with_beta2"].transpose("run", "step")
    draw_runs(axes, steps, usual, "with_beta2", label="three parameters", color="#888888")
    for name in ("tla2", "tila2"):
        draw_runs(
            axes, steps, data[name].transpose("run", "step"), name, label=f"{name.upper()}, two parameters"
        )
    label_updates(axes)
    axes.set(ylabel="accuracy on novel classes, attention", ylim=(0, 1.03))
    axes.legend(fontsize=7.5)
    return figure
