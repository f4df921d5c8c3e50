"""Thesis figure B.1: on token embeddings some initialisations show no in-context learning at all."""

import xarray as xr

from dynamicl.studies._abilities import abilities, share_part
from dynamicl.studies._parts import Part, Threshold

from ._populations import experiment
from ._tokens import measure

SOME = Threshold("share of runs, most classes, in which icl does not appear", ">", 0.0)
NOT_ALL = Threshold("the same", "<", 1.0)
OPEN = "icl is neither surely there nor surely absent in a run"


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Some runs show none, and not all."""
    classes = data["classes"].values
    runs = abilities(data.isel(run=classes == classes.max()))
    absent = [None if not run.appears and not run.is_absent else run.is_absent for run in runs]
    return tuple(share_part(bar, absent, OPEN) for bar in (SOME, NOT_ALL))


TOKEN_INIT = experiment(
    "transience.token_init", ["tokens"], measure=measure, judge=judge, criterion=(SOME, NOT_ALL)
)
