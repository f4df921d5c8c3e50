"""Thesis figure 2.7: recurrent networks never learn in context where a transformer does."""

import numpy as np
import xarray as xr

from dynamicl.studies._abilities import Ability, abilities
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories

from ._populations import experiment
from ._settings import Setting
from ._sweep import is_recurrent, sweep_curves

LEAST_EVALUATIONS = 5
"""A run that diverged before has no curve to judge."""
NEVER = Threshold("recurrent runs, of all rates and warm-ups, in which icl is ever above chance", "<=", 0.0)
APPEARS = Threshold("transformers, of all rates and warm-ups, in which icl appears", ">=", 1.0)


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Return the curves by `architecture` and `pair` of rate and warm-up."""
    return sweep_curves(trajectories["sweep"], scale)


def measured(data: xr.Dataset, recurrent: bool) -> list[Ability]:
    """Describe icl of the runs of one kind that lasted long enough to tell."""
    runs = abilities(data.isel(architecture=is_recurrent(data) == recurrent))
    return [run for run in runs if np.isfinite(run.accuracy).sum() >= LEAST_EVALUATIONS]


def diverged(data: xr.Dataset) -> str:
    """Name the recurrent architectures of which no run lasted long enough to tell; empty where there is none."""
    counts = np.isfinite(data["icl"].transpose("architecture", "pair", "sequences").values).sum(axis=-1)
    silent = is_recurrent(data) & (counts < LEAST_EVALUATIONS).all(axis=-1)
    names = data["architecture"].values[silent].tolist()
    return f"every run of {', '.join(names)} diverged" if names else ""


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """No recurrent network leaves chance, whatever its rate, and some transformer does."""
    recurrent, transformers = measured(data, recurrent=True), measured(data, recurrent=False)
    above = [run for run in recurrent if not run.is_absent_among(len(recurrent))]
    found = [run for run in transformers if run.appears]
    silent = "" if above else diverged(data)
    return NEVER.part(float(len(above)), len(recurrent), silent), APPEARS.part(
        float(len(found)), len(transformers)
    )


def note(data: xr.Dataset) -> str:
    """Give the best height of each architecture."""
    words = []
    for name in data["architecture"].values.tolist():
        runs = abilities(data.sel(architecture=[name]))
        tops = [
            run.absence.value + run.chance
            for run in runs
            if np.isfinite(run.accuracy).sum() >= LEAST_EVALUATIONS
        ]
        words.append(f"{name} {max(tops, default=float('nan')):.2f}")
    return f"icl at its height, best of the rates: {'; '.join(words)}"


RECURRENT = experiment(
    "distribution.recurrent", ["sweep"], measure=measure, judge=judge, criterion=(NEVER, APPEARS), note=note
)
