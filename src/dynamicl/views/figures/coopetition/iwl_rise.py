"""Thesis figures D.3 and D.4: pure in-weights accuracy with few classes of few drawings, and with MLPs where trained.

Expect it to rise above chance (dotted).
"""

import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from dynamicl.views.figures._strategies import draw_runs, label_sequences


def draw(data: xr.Dataset) -> Figure:
    """Draw every run, and where those with MLPs are by then."""
    figure, axes = pyplot.subplots(figsize=(4.4, 2.9))
    x = data["sequences"].values
    draw_runs(axes, x, data["iwl"].transpose(..., "sequences").values, "black", "without MLPs")
    if "mlp_iwl" in data:
        axes.plot(x[-1], float(data["mlp_iwl"][-1]), "D", color="C1", label="with MLPs")
    axes.axhline(1 / data.attrs["classes"], color="0.5", linestyle=":", linewidth=1, label="chance")
    axes.set(ylabel="pure in-weights accuracy")
    axes.legend(fontsize=7)
    label_sequences(axes)
    return figure
