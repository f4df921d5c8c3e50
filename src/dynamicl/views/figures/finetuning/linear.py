"""Table 1 of the report: both similarities of the original and of the linearised model.

Expect the linearised model below the original in the mean; in the report SST-2 is the other way round.
"""

import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from ._marks import add_legend, by_variant, name_tasks

MEASURES = {"outputs": "SimAOU", "map_after": "SimAM after"}


def draw(data: xr.Dataset) -> Figure:
    """Draw seeds and means, one panel a measure."""
    figure, panels = pyplot.subplots(1, 2, figsize=(7.6, 3.2))
    for axes, (measure, name) in zip(panels, MEASURES.items(), strict=True):
        by_variant(axes, data, measure, ("original", "linearised"))
        name_tasks(axes, data)
        axes.tick_params(axis="x", labelsize=7)
        axes.set_ylabel(name)
    add_legend(panels[0])
    return figure
