"""Thesis figure 5.6a: the induction strength of layer-2 heads on flip sequences rises, then turns negative."""

import numpy as np
import xarray as xr

from dynamicl.studies._curves import curves, late_of_heads
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._passages import passages
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import closest, mean

from ._populations import experiment
from ._settings import Setting

STRENGTH = 0.1
"""Attention to one label minus to the other from which on a head has taken a side."""
TURNED = Threshold(
    "layer-2 heads with induction strength above .1 at the flip peak and below -.1 at the end, mean over runs",
    ">=",
    6.0,
)


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Return the curves of the main runs by `init`, with `strength` (init, sequences, head) on flip sequences."""
    strength = trajectories["whole"].dataset["induction_strength@flip"].sel(layer=2)
    data = curves(trajectories["whole"], scale, init=scale.inits)
    table = strength.transpose("run", "step", "head").values
    return data.assign(strength=(("init", "sequences", "head"), table))


def sides(data: xr.Dataset) -> tuple[np.ndarray, np.ndarray]:
    """Return the heads' strengths at the flip peak and at the end, shape (run, head)."""
    x = data["sequences"].values.astype(float)
    table = data["strength"].transpose("init", "sequences", "head").values
    peaks = [run.peak_time for run in passages(data)]
    at_peak = np.array([rows[closest(x, peak)] for rows, peak in zip(table, peaks, strict=True)])
    at_end = late_of_heads(x, table)
    return at_peak, at_end


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Most heads read the context at the peak, and the same ones the looked-up label at the end."""
    at_peak, at_end = sides(data)
    turned = (at_peak > STRENGTH) & (at_end < -STRENGTH)
    return (TURNED.part(mean(turned.sum(axis=1)), len(turned)),)


HEADS_FLIP = experiment(
    "coopetition.heads_flip", ["whole"], measure=measure, judge=judge, criterion=(TURNED,)
)
