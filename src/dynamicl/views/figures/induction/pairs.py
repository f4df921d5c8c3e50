"""Thesis Figure C.2: the strongest head with any one other learns almost as fast as all eight.

Expect every pair (blue) close to the full network (black) and well before the strongest head alone (orange). Thin
curves: every pair of the first seed; points: every pair of every seed, circles with bars: geometric mean over seeds,
95 %.
"""

import numpy as np
import xarray as xr
from matplotlib import pyplot
from matplotlib.figure import Figure

from ._shared import draw_points, label_sequences, label_times, mark_log2

PAIR, ALONE = "#1F6FC2", "#E8850C"


def draw(data: xr.Dataset) -> Figure:
    """Draw the first seed's pairs, and learning times by partner's rank."""
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(8, 3.3))
    left.plot(
        data["sequences"],
        data["loss"].isel(seed=0).transpose("sequences", "partner"),
        color=PAIR,
        linewidth=0.9,
        alpha=0.7,
    )
    for name, colour, words in (("full", "black", "all heads"), ("alone", ALONE, "strongest alone")):
        left.axvline(
            float(data[f"{name}_learning_time"][0]),
            color=colour,
            linestyle="--",
            label=f"learnt with {words}",
        )
    left.plot([], [], color=PAIR, label="strongest and one other")
    mark_log2(left)
    label_sequences(left)
    left.set(ylabel="loss (nats)", ylim=(0, None), title=f"Pairs of heads, seed {data['seed'].values[0]}")
    left.legend(fontsize=7.5)
    partner = data["partner_head"].transpose("seed", "partner").values.astype(int)
    order = np.argsort(
        -np.take_along_axis(data["strength"].transpose("seed", "head").values, partner, axis=1), axis=1
    )
    times = np.take_along_axis(data["learning_time"].transpose("seed", "partner").values, order, axis=1)
    ranks = times.shape[1]
    draw_points(right, 0, data["full_learning_time"], "black", logarithmic=True)
    for rank in range(ranks):
        draw_points(right, rank + 1, times[:, rank], PAIR, logarithmic=True)
    draw_points(right, ranks + 1, data["alone_learning_time"], ALONE, logarithmic=True)
    labels = ["all", *(str(rank + 2) for rank in range(ranks)), "alone"]
    right.set(xticks=range(ranks + 2), xticklabels=labels, xlabel="partner, by rank of induction strength")
    right.set_ylabel("learning time (published sequences)")
    label_times(right)
    return figure
