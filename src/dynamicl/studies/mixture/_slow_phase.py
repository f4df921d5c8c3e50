"""Section 3: before the jump, accuracy climbs from 1 / L to 1 / N by picking one of the context's labels."""

import numpy as np
import xarray as xr

from dynamicl.statistics import SMOOTHING, running_median
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
    """Read the accuracy from which in-context accuracy jumps.

    Returns:
        `novel`, `cla`, `loss` (run, step), and `before` (run): accuracy at the start of the jump; NaN where there
        is no jump.
    """
    data = curves_of(scale, trajectories["standard"], measures=("cla",))
    return data.assign(before=("run", before_the_jump(data, scale.pairs)))


def before_the_jump(data: xr.Dataset, pairs: int) -> np.ndarray:
    """Return smoothed accuracy one width of the jump before its middle, by run; NaN where there is none.

    The width is that from a tenth to nine tenths of the way from 1 / N to the end; a logistic rise has made a
    hundredth of its way there. The level of the plateau that `find_transition` sees would be that of the first, 1 / L.
    """
    jump = jump_of(data, 1 / pairs)
    starts = jump.t50 - (jump.t90 - jump.t10)
    curves = data["novel"].transpose("run", "step").values
    return np.array(
        [
            np.interp(start, data["step"].values, running_median(curve, SMOOTHING))
            for start, curve in zip(starts, curves, strict=True)
        ]
    )


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
