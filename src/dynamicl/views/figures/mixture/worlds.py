"""Our own: accuracies over training in Reddy's world, with each change toward the thesis', and in the thesis' network.

Expect icl to stay in the first panel and to fall in the last.
"""

import numpy as np
import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from dynamicl.studies.mixture._worlds import losses
from dynamicl.views.figures._strategies import COLOURS, draw_runs, mark_chance

from ._shared import label_updates

COLUMNS = 5


def draw(data: xr.Dataset) -> Figure:
    """Draw a panel for each world, with what is lost of icl in its title."""
    worlds = data["world"].values.tolist()
    rows = -(-len(worlds) // COLUMNS)
    figure, panels = pyplot.subplots(
        rows, COLUMNS, figsize=(11, 2.4 * rows), sharex=True, sharey=True, squeeze=False
    )
    known = losses(data)
    for axes, world in zip(panels.flat, worlds, strict=False):
        for name in ("icl", "ciwl", "flip", "iwl"):
            curves = data[name].sel(world=world).transpose("seed", "step")
            draw_runs(axes, data["step"].values, curves.values, COLOURS[name], name)
        mark_chance(axes)
        loss = known[world].value
        axes.set_title(
            f"{world}\nicl loses {loss:.2f}" if np.isfinite(loss) else f"{world}\nno icl", fontsize=8
        )
        axes.set_ylim(0, 1.03)
    for axes in panels[-1]:
        label_updates(axes)
    for axes in panels[:, 0]:
        axes.set_ylabel("accuracy")
    panels[0, 0].legend(fontsize=6.5)
    return figure
