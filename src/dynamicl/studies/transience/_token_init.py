"""Thesis figure B.1: on token embeddings some initialisations show no in-context learning at all."""

import xarray as xr

from dynamicl.studies._abilities import abilities
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._summaries import share

from ._populations import experiment
from ._tokens import measure

SOME = Threshold("share of runs, most classes, in which icl does not appear", ">", 0.0)
NOT_ALL = Threshold("the same", "<", 1.0)


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Some runs show none, and not all."""
    classes = data["classes"].values
    runs = abilities(data.isel(run=classes == classes.max()))
    without = share([not run.appears for run in runs])
    return tuple(part.part(without, len(runs)) for part in (SOME, NOT_ALL))


TOKEN_INIT = experiment(
    "transience.token_init", ["tokens"], measure=measure, judge=judge, criterion=(SOME, NOT_ALL)
)
