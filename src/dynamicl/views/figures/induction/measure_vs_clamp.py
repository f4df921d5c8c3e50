"""Thesis Figures 4.7 and 4.8: a measure of progress jumps for every subcircuit; clamping tells the copying one apart.

Measure: the loss of unclamped checkpoints with a pattern perfected. Expect it to drop like the unclamped loss on
either side. Clamp: runs trained with that pattern clamped; expect a jump with step 1 and an exponential with match.
Thin: every seed, bold: the median one.
"""

import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from ._shared import STEPS, draw_seeds, label_sequences, mark_log2


def draw(data: xr.Dataset) -> Figure:
    """Draw, for each clamp, the unclamped loss, the measure and the clamped runs."""
    clamps = [str(clamp) for clamp in data["clamp"].values]
    figure, panels = pyplot.subplots(
        1, len(clamps), figsize=(4 * len(clamps), 3.3), sharey=True, squeeze=False
    )
    for panel, clamp in zip(panels.flat, clamps, strict=True):
        name, colour = STEPS[clamp]
        x = data["checkpoint"].values
        draw_seeds(panel, x, data["loss"].sel(measure="none"), STEPS["none"][1], "unclamped")
        draw_seeds(
            panel, x, data["loss"].sel(measure=clamp), colour, "measure: perfected afterwards", linestyle="--"
        )
        draw_seeds(
            panel,
            data["sequences"].values,
            data["clamped_loss"].sel(clamp=clamp),
            colour,
            "clamped in training",
        )
        mark_log2(panel)
        label_sequences(panel)
        panel.set(title=name, ylim=(0, None))
        panel.legend(fontsize=7.5)
    panels[0, 0].set_ylabel("loss (nats)")
    return figure
