"""Thesis figures 3.6 and B.2: on clustered token embeddings icl is transient wherever it appears."""

import numpy as np
import xarray as xr

from dynamicl.studies._abilities import Ability, abilities, fading_part
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories

from ._populations import experiment
from ._settings import Setting
from ._token_data import token_curves

FADES = Threshold("share of data sets and seeds with icl in which it fades", ">=", 1.0)
STRONGER = Threshold(
    "peak of icl, many classes of few tokens minus few classes of more, means over runs", ">", 0.0
)
CRITERION = (FADES, STRONGER)
NONE = "icl appears in no run"


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Return the curves by `run`; none where nothing was trained."""
    return token_curves(scale, trajectories)


def of_size(data: xr.Dataset, most: bool) -> list[Ability]:
    """Describe icl of the runs with most classes, or with fewest."""
    classes = data["classes"].values
    return abilities(data.isel(run=classes == (classes.max() if most else classes.min())))


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """It fades wherever it appears, and it is stronger with more classes."""
    runs = [run for run in abilities(data) if run.appears]
    more = [run.peak for run in of_size(data, True)]
    fewer = [run.peak for run in of_size(data, False)]
    return (
        fading_part(FADES, runs) if runs else FADES.part(float("nan"), 0, NONE),
        STRONGER.part(float(np.mean(more) - np.mean(fewer)), data.sizes["run"]),
    )


TOKENS = experiment("transience.tokens", ["tokens"], measure=measure, judge=judge, criterion=CRITERION)
