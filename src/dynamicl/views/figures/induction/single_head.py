"""Thesis Figure 4.5b: each head of layer 2, alone from the start, learns the task, later than all of them together.

Expect every curve to drop, all of them right of the full network's learning time (dashed), heads with more induction
strength in the full network tending to come first. Triangles: did not learn in the run's length.
"""

import numpy as np
import xarray as xr
from matplotlib import colormaps, pyplot
from matplotlib.figure import Figure

from ._shared import label_sequences, label_times, mark_log2


def draw(data: xr.Dataset) -> Figure:
    """Draw the first seed's curves, and every run's learning time over its full network's against strength."""
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(8, 3.3))
    strength = data["strength"].transpose("head", "seed").values
    shades = colormaps["viridis"](0.9 * (1 - _share(strength[:, 0])))
    for head in range(data.sizes["head"]):
        curve = data["loss"].transpose("head", "seed", "sequences").values[head, 0]
        left.plot(data["sequences"], curve, color=shades[head], label=f"{head} ({strength[head, 0]:.2f})")
    full = data["full_learning_time"].values
    left.axvline(full[0], color="black", linestyle="--", linewidth=1)
    mark_log2(left)
    label_sequences(left)
    left.set(ylabel="loss (nats)", ylim=(0, None), title=f"One head at a time, seed {data['seed'].values[0]}")
    left.legend(title="head (strength)", fontsize=7, title_fontsize=7, ncols=2)
    slower = data["learning_time"].transpose("head", "seed").values / full
    learnt = data["learnt"].transpose("head", "seed").values.astype(bool)
    for i, seed in enumerate(data["seed"].values):
        there = learnt[:, i]
        right.plot(
            strength[there, i], slower[there, i], "o", color=f"C{i % 8}", markersize=4.5, label=str(seed)
        )
        right.plot(
            strength[~there, i], slower[~there, i], "^", color=f"C{i % 8}", markersize=5, fillstyle="none"
        )
    right.axhline(1, color="black", linestyle="--", linewidth=1)
    right.set(xlabel="induction strength in the full network", ylabel="learning time / full network's")
    label_times(right)
    handles = right.get_legend_handles_labels()
    figure.legend(*handles, title="seed", fontsize=7, title_fontsize=7, loc="outside right upper")
    return figure


def _share(values: np.ndarray) -> np.ndarray:
    """Where values stand between the least and the greatest; all the same where there is no difference."""
    low, high = np.nanmin(values, initial=np.inf), np.nanmax(values, initial=-np.inf)
    return np.nan_to_num((values - low) / (high - low)) if high > low else np.zeros_like(values)
