"""Reddy figure 4: progress measures of all seeds, aligned where in-context accuracy passes half.

Expect CLA and TLA2 to have risen before, ILA1 and TILA2 to rise with the jump, and seeds to lie on each other.
"""

import numpy as np
import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from dynamicl.studies.mixture._readings import MEASURES, aligned, jump_of

from ._shared import SHOWN, draw_runs


def draw(data: xr.Dataset) -> Figure:
    """Draw the aligned curves."""
    names = ("novel", *MEASURES)
    jump = jump_of(data, 1 / data.attrs["pairs"])
    table = aligned(data, names, np.where(jump.solved, jump.t50, np.nan), SHOWN)
    figure, axes = pyplot.subplots()
    for name, curves in zip(names, table, strict=True):
        draw_runs(axes, SHOWN, curves, name)
    axes.set(xlabel="time from the jump, over t50", ylabel="accuracy, attention", ylim=(0, 1.03))
    axes.legend(fontsize=7.5, loc="center left")
    return figure
