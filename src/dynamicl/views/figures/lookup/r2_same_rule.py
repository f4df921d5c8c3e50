"""Report Figure 4, made a measure: rules learnt on one exact run, scored on every other.

Were all seeds to find the same attention pattern, the whole table would be as bright as its diagonal.
"""

import numpy as np
import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure


def draw(data: xr.Dataset) -> Figure:
    """Draw the table of scores, and the report's rule beside it."""
    figure, (table, bars) = pyplot.subplots(1, 2, figsize=(5.6, 3), width_ratios=(2, 1))
    seeds = [int(seed) for seed in data["learnt_on"].values]
    image = table.imshow(data["transfer"].values, cmap="viridis", vmin=0, vmax=1)
    table.set(xlabel="scored on seed", ylabel="learnt on seed")
    table.set_xticks(np.arange(len(seeds)), seeds)
    table.set_yticks(np.arange(len(seeds)), seeds)
    table.grid(visible=False)
    figure.colorbar(image, ax=table, label="share of rows")
    bars.barh(np.arange(len(seeds)), data["fixed"].values, color="C1")
    bars.axvline(0.97, color="0.4", linestyle=":")
    bars.set(xlim=(0, 1), xlabel="report's rule", yticks=[])
    bars.invert_yaxis()
    return figure
