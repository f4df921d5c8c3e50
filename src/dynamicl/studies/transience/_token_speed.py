"""Thesis 3.4.3: on token embeddings peaks of icl are lower, and come and go earlier, than on images."""

import numpy as np
import xarray as xr

from dynamicl.statistics import trend
from dynamicl.studies._abilities import Ability, abilities
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._unmeasured import why_unmeasured

from ._populations import experiment
from ._runs import curves
from ._settings import Setting
from ._token_data import token_curves

EARLIER = Threshold(
    "log of the time of the peak on tokens, minus its mean on images, mean over runs", "high <", 0.0
)
LOWER = Threshold("peak of icl on tokens minus its mean on images, mean over runs", "high <", 0.0)
CRITERION = (EARLIER, LOWER)
TOO_FEW = "icl appears in fewer than two runs, on tokens or on images"


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Return the curves on tokens by `run`, and `image_icl` (init) of the main runs; or that nothing was trained."""
    data = token_curves(scale, trajectories)
    if why_unmeasured(data):
        return data
    classes = data["classes"].values
    images = curves(trajectories["whole"], scale, init=scale.inits)["icl"].rename(
        sequences="image_sequences", init="image_init"
    )
    return data.isel(run=classes == classes.max())[["icl"]].assign(image_icl=images)


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Runs on tokens in which icl appears peak earlier and lower."""
    images = data[["image_icl"]].rename(image_icl="icl", image_sequences="sequences", image_init="init")
    seen = [run for run in abilities(images.assign_attrs(data.attrs)) if run.appears]
    runs = [run for run in abilities(data[["icl"]]) if run.appears]
    if min(len(seen), len(runs)) < 2:
        return tuple(bar.part(float("nan"), len(runs), TOO_FEW) for bar in CRITERION)
    times, heights = (trend([what(seen), what(runs)], direction="up") for what in (log_times, peaks))
    return (
        EARLIER.part((times.value, times.low, times.high), len(runs)),
        LOWER.part((heights.value, heights.low, heights.high), len(runs)),
    )


def log_times(runs: list[Ability]) -> np.ndarray:
    """Return the logarithm of the time of each run's peak."""
    return np.log([max(run.peak_time, 1.0) for run in runs])


def peaks(runs: list[Ability]) -> np.ndarray:
    """Return the height of each run's peak."""
    return np.array([run.peak for run in runs])


TOKEN_SPEED = experiment(
    "transience.token_speed", ["whole", "tokens"], measure=measure, judge=judge, criterion=CRITERION
)
