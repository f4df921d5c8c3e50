"""Section 3: once the in-context solution is learnt, in-weights learning freezes."""

import numpy as np
import xarray as xr

from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._summaries import largest, mean, words

from ._curves import measure as measure
from ._curves import rise
from ._populations import experiment
from ._readings import end_of, too_few

FROZEN = Threshold(
    "change of in-weights accuracy from t90 of the rise to the end, largest over runs", "<", 0.05
)
LONG_ENOUGH = 1.5
"""The end is this many times t90 at least, or the run says nothing of what follows."""


def change(data: xr.Dataset) -> np.ndarray:
    """Return in-weights accuracy at the end less that at t90, by run; NaN where there is none."""
    t90, steps = rise(data).t90, data["step"].values
    curves = data["in_weights"].transpose("run", "step").values
    then = np.array([np.interp(t, steps, curve) for t, curve in zip(t90, curves, strict=True)])
    return end_of(curves) - then


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Judge the runs that found the in-context solution, with time left after it."""
    jump = rise(data)
    few = too_few(jump.solved)
    early = jump.solved & (LONG_ENOUGH * jump.t90 <= data["step"].values[-1])
    late = "" if early.mean() >= jump.solved.mean() / 2 else "most runs ended too soon after their rise"
    return (FROZEN.part(largest(np.abs(change(data)[early])), int(early.sum()), few or late),)


def note(data: xr.Dataset) -> str:
    """Give the mean change."""
    solved = rise(data).solved
    if not solved.any():
        return "no run has jumped"
    return f"in-weights accuracy changes by {words(mean(change(data)[solved]), '.3f')} after t90"


FREEZE = experiment(
    "mixture.freeze", ["curves"], measure=measure, judge=judge, criterion=(FROZEN,), note=note
)
