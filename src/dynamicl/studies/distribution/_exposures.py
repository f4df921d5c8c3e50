"""Thesis 2.3.4: at equal exposures of each class, more classes are learnt less by heart."""

import numpy as np
import xarray as xr

from dynamicl.statistics import running_median
from dynamicl.studies._curves import rows
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._summaries import mean

from ._classes import measure
from ._populations import experiment

LESS = Threshold(
    "iwl with the second fewest classes minus with the fewest, at the most exposures of a class that both reach",
    "high <",
    0.0,
)


def exposed(data: xr.Dataset, classes: int, exposures: float) -> np.ndarray:
    """Return the smoothed iwl of each run once every class has been seen so often, on average."""
    x = data["sequences"].values.astype(float)
    curves = running_median(rows(data.sel(classes=[classes]), "iwl"))
    sequences = exposures * classes / data.attrs["slots"]
    return np.array([np.interp(sequences, x, curve) for curve in curves])


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Where each class was seen as often, fewer classes are known better."""
    fewest, more = (int(classes) for classes in data["classes"].values[:2])
    exposures = float(data["sequences"].values[-1]) * data.attrs["slots"] / more
    apart = exposed(data, more, exposures) - exposed(data, fewest, exposures)
    return (LESS.part(mean(apart), len(apart)),)


def note(data: xr.Dataset) -> str:
    """Say at how many exposures."""
    more = int(data["classes"].values[1])
    exposures = float(data["sequences"].values[-1]) * data.attrs["slots"] / more
    return (
        f"compared after {exposures:,.0f} exposures of a class; a sequence shows {data.attrs['slots']} items"
    )


EXPOSURES = experiment(
    "distribution.exposures",
    ["burst", "classes"],
    measure=measure,
    judge=judge,
    criterion=(LESS,),
    note=note,
)
