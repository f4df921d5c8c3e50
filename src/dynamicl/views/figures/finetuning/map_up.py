"""Tables 1 and 2 of the report: SimAM before and after training, by task.

Expect arrows that point up for ordinary and linearised training and, in the report, down for training by layer.
"""

import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from ._maps import draw_arrows
from ._marks import NAMES


def draw(data: xr.Dataset) -> Figure:
    """Draw an arrow from before to after, the mean over seeds, a task and way of training."""
    figure, axes = pyplot.subplots(figsize=(6.4, 3.4))
    draw_arrows(axes, data, list(NAMES))
    return figure
