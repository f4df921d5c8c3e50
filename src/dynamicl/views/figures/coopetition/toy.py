"""Thesis figures 5.9a, D.5 and D.6: two mechanisms share b and c while a and d compete.

Expect mechanism 1 (blue) to fall and come back, mechanism 2 (green) to rise a little before it falls for good; with
mu1 = 0 (lower rows) mechanism 1 to stay. Some seeds never leave the plateau.
"""

import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

COLOURS = {"loss": "#000000", "M1": "#0072B2", "M2": "#009E73", "competition": "#999999"}


def draw(data: xr.Dataset) -> Figure:
    """Draw twelve seeds with the published constants, and the same seeds with mu1 = 0."""
    seeds = data.sizes["shown"]
    columns = 6
    rows = -(-seeds // columns)
    figure, panels = pyplot.subplots(
        2 * rows, columns, figsize=(12, 3.2 * rows), sharex=True, sharey=True, squeeze=False
    )
    for block, offset in enumerate(data["offset"].values):
        for seed in range(seeds):
            panel = panels[block * rows + seed // columns, seed % columns]
            for name, colour in COLOURS.items():
                panel.plot(
                    data["step"],
                    data["curves"].sel(offset=offset, term=name).isel(shown=seed),
                    color=colour,
                    label=name,
                    linewidth=1,
                )
            panel.set_title(f"seed {seed}, μ₁ = {offset:g}", fontsize=8)
    panels[0, 0].set(ylim=(0, 0.7), xlim=(0, 16000))
    panels[0, 0].legend(fontsize=6.5)
    for panel in panels[-1]:
        panel.set_xlabel("steps", fontsize=8)
    return figure
