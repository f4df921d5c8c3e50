"""Reddy figure A.4a: in the landscape, the in-context solution takes longer for L = N than for L > N."""

import numpy as np
import xarray as xr

from dynamicl.studies._experiment import Experiment
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._toys import first_below
from dynamicl.toys import Logits, NestedLogits, descend

from ._settings import any_scale

PAIRS, MULTIPLES, STARTS = 8, (1, 2, 4, 8), (0.01, 0.03, 0.1)
STEPS, EVERY, SOLVED, STOPPED = 40_000, 5, 0.1, 0.005
LONGER = Threshold("least ratio of the times to loss .1 for L = N and for L > N, over L and starts", ">", 1.0)


def measure(lab: Lab, scale: str, trajectories: Trajectories) -> xr.Dataset:
    """Descend from (+e, +e, 0) with as many labels as pairs and with more.

    Returns:
        `solved` (labels, start), steps to loss .1, infinite where it is not reached; `loss` (labels, step) of the
        smallest start.
    """
    labels = PAIRS * np.array(MULTIPLES, dtype=float)[:, None]
    size = np.broadcast_to(np.array(STARTS), (len(MULTIPLES), len(STARTS)))
    run = descend(
        NestedLogits(labels, PAIRS),
        Logits(size, size, 0 * size),
        steps=STEPS,
        every=EVERY,
        stop_below=STOPPED,
    )
    loss = np.asarray(run.loss)
    solved = first_below(run.time, loss.reshape(-1, loss.shape[-1]), SOLVED).reshape(size.shape)
    shown = slice(0, 1500 // EVERY + 1)
    return xr.Dataset(
        {"solved": (("labels", "start"), solved), "loss": (("labels", "step"), loss[:, 0, shown])},
        {
            "labels": [PAIRS * multiple for multiple in MULTIPLES],
            "start": list(STARTS),
            "step": np.asarray(run.time)[shown],
        },
    )


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Compare L = N with every larger L, start by start."""
    equal, more = data["solved"].isel(labels=0), data["solved"].isel(labels=slice(1, None))
    return (LONGER.part(float((equal / more).min()), more.size),)


L_EQUALS_N_TIME = Experiment(
    "mixture.l_equals_n_time",
    setting=any_scale,
    measure=measure,
    judge=judge,
    criterion=(LONGER,),
)
