"""Thesis figure 5.9b: the loss on ciwl sequences rises for a while as in-context learning forms."""

import numpy as np
import xarray as xr

from dynamicl.statistics import running_median
from dynamicl.studies._abilities import share_part
from dynamicl.studies._curves import curves, rows
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._passages import passages
from dynamicl.studies._populations import Trajectories

from ._populations import experiment
from ._settings import Setting

ERRORS = 3.0
"""Standard errors of the difference that a rise must exceed."""
RISES = Threshold(
    "share of runs whose ciwl loss rises by over 3 standard errors between the onset of icl and the flip peak",
    ">",
    0.5,
)
NO_ONSET = "icl does not appear before the flip peak in every run"


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Return the curves of the main runs by `init`, with `ciwl_loss_error`."""
    data = trajectories["whole"].dataset
    error = data["loss_error"].sel(evaluator="ciwl").transpose("run", "step").values
    return curves(trajectories["whole"], scale, init=scale.inits).assign(
        ciwl_loss_error=(("init", "sequences"), error)
    )


def rises(data: xr.Dataset) -> np.ndarray:
    """Return each run's largest rise of the smoothed loss above its running minimum, in errors.

    From where icl appears to the flip peak; NaN where it does not appear before that.
    """
    x = data["sequences"].values
    largest = []
    for run, loss, error in zip(
        passages(data), rows(data, "ciwl_loss"), rows(data, "ciwl_loss_error"), strict=True
    ):
        forming = (x >= run.ability.appearance.time) & (x <= run.peak_time)
        smooth = running_median(loss)[forming]
        above = smooth - np.minimum.accumulate(smooth)
        # Of a difference of two evaluations; smoothing makes it smaller, so this is on the safe side.
        largest.append(float((above / (np.sqrt(2) * error[forming])).max()) if forming.any() else np.nan)
    return np.array(largest)


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """In most runs the loss on ciwl sequences has a divot."""
    outcomes = [bool(rise > ERRORS) if np.isfinite(rise) else None for rise in rises(data)]
    return (share_part(RISES, outcomes, NO_ONSET),)


def note(data: xr.Dataset) -> str:
    """Give the rises."""
    return f"rises in standard errors: {', '.join(f'{value:.1f}' for value in rises(data))}"


DIVOT = experiment(
    "coopetition.divot", ["whole"], measure=measure, judge=judge, criterion=(RISES,), note=note
)
