"""Report Figure 12: P(M, t) against the median convergence step of the forks that converge.

The report finds no correlation.
"""

import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure


def draw(data: xr.Dataset) -> Figure:
    """Draw one dot a step t, larger the later, one colour a model."""
    figure, axes = pyplot.subplots()
    for m in range(data.sizes["model"]):
        one = data.isel(model=m)
        sizes = [10 + 4 * i for i in range(data.sizes["at"])]
        axes.scatter(
            one["probability"], one["median"], s=sizes, alpha=0.7, label=f"model {int(one['model'])}"
        )
    axes.set(xlabel="P(M, t)", ylabel="median S of converging forks (steps)")
    axes.legend()
    return figure
