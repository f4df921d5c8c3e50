"""Thesis Figure 4.6b: loss while steps of the circuit are clamped.

Expect a plateau and a drop unclamped and with step 1, a sharper drop with steps 1 and 2; an exponential (a straight
line on the right) once matching or layer 1 and copying are clamped; a short plateau with copying clamped. Thin: every
seed, bold: the median one. Diamonds: geometric mean of the learning time with its 95 % interval, hollow where some
seeds did not learn.
"""

import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from ._shared import LEARNT, STEPS, draw_seeds, draw_time, label_sequences, mark_log2


def draw(data: xr.Dataset) -> Figure:
    """Draw the curves under each clamp, and the unclamped ones."""
    figure, (whole, start, logarithmic) = pyplot.subplots(1, 3, figsize=(10, 3.6))
    for panel in (whole, start, logarithmic):
        name, colour = STEPS["none"]
        draw_seeds(panel, data["unclamped_sequences"].values, data["unclamped_loss"], colour, name)
        for clamp in data["clamp"].values:
            name, colour = STEPS[str(clamp)]
            draw_seeds(panel, data["sequences"].values, data["loss"].sel(clamp=clamp), colour, name)
        label_sequences(panel)
    for panel in (whole, start):
        for i, clamp in enumerate(data["clamp"].values):
            one = data.sel(clamp=clamp)
            draw_time(panel, one["learning_time"], STEPS[str(clamp)][1], LEARNT - 0.045 * i, one["learnt"])
        mark_log2(panel)
        panel.set_ylim(0, None)
    start.set(xlim=(0, 0.15 * float(data["unclamped_sequences"].max())), title="The beginning of it")
    whole.set(ylabel="loss (nats)", title="Clamped step after step")
    logarithmic.set(yscale="log", title="Logarithmic: an exponential is straight")
    figure.legend(*whole.get_legend_handles_labels(), loc="outside upper center", ncols=6, fontsize=8)
    return figure
