"""Section 3: before the jump, accuracy climbs from 1 / L to 1 / N by picking one of the context's labels."""

import numpy as np
import xarray as xr

from dynamicl.statistics import find_transition
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import largest, median

from ._populations import experiment
from ._readings import curves_of, jump_of, too_few
from ._settings import Setting

HIGH_ENOUGH = Threshold("accuracy before the jump times N, least over runs", ">=", 0.6)
NOT_HIGHER = Threshold("accuracy before the jump times N, largest over runs", "<=", 1.5)


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Find the level from which in-context accuracy jumps.

    Returns:
        `novel`, `cla`, `loss` (run, step), and `before` (run): the level of the plateau before the jump, as
        `find_transition` finds it; NaN where it finds no jump.
    """
    data = curves_of(scale, trajectories["standard"], measures=("cla",))
    return data.assign(
        before=("run", [level_before(data["step"].values, one) for one in data["novel"].values])
    )


def level_before(steps: np.ndarray, curve: np.ndarray) -> float:
    """Return the level before a rising curve's jump; NaN where there is none."""
    jump = find_transition(steps, curve, direction="rising")
    return jump.before.value if jump.found and jump.before else float("nan")


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Judge the runs that found the in-context solution by a jump."""
    solved = jump_of(data, 1 / data.attrs["pairs"]).solved & np.isfinite(data["before"].values)
    few, level = too_few(solved), (data["before"].values * data.attrs["pairs"])[solved]
    return (
        HIGH_ENOUGH.part(-largest(-level), level.size, few),
        NOT_HIGHER.part(largest(level), level.size, few),
    )


def note(data: xr.Dataset) -> str:
    """Compare with both guesses."""
    labels, pairs = data.attrs["labels"], data.attrs["pairs"]
    return (
        f"accuracy before the jump {median(data['before']):.3f} (median); 1 / L is {1 / labels:.3f}, 1 / N "
        f"{1 / pairs:.3f}"
    )


SLOW_PHASE = experiment(
    "mixture.slow_phase",
    ["standard"],
    measure=measure,
    judge=judge,
    criterion=(HIGH_ENOUGH, NOT_HIGHER),
    note=note,
)
