"""Table 2b of the report: SimAM before and after training by layer, and the similarity of changes beside it.

Expect, in the left panel, the arrows of training by layer to end lower than those of ordinary training.
"""

import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from ._maps import draw_arrows
from ._marks import by_variant, name_tasks

VARIANTS = ("original", "per-layer")


def draw(data: xr.Dataset) -> Figure:
    """Draw raw maps as arrows, and the similarity of differences from zero-shot as seeds and means."""
    figure, panels = pyplot.subplots(1, 2, figsize=(7.8, 3.3))
    draw_arrows(panels[0], data, VARIANTS)
    panels[0].set_title("maps: before (dot), after (arrow)", fontsize=9)
    by_variant(panels[1], data, "map_change", VARIANTS)
    name_tasks(panels[1], data)
    panels[1].set_ylabel("SimAM of changes")
    panels[1].set_title("changes of maps", fontsize=9)
    for axes in panels:
        axes.tick_params(axis="x", labelsize=7)
    return figure
