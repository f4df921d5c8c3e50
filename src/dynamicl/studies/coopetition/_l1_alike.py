"""Thesis figure 5.7: layer-1 attention is alike on training sequences and on those of the evaluators.

The correlation is that of one head's curve on training sequences with its curve on others. Over heads or measures
together their levels alone would correlate.
"""

import numpy as np
import xarray as xr

from dynamicl.studies._parts import Part, Threshold

from ._l1_heads import KINDS, measure
from ._populations import experiment

MOVES = 0.1
"""Range over training from which on a curve moves: what is flat has no correlation."""
ALIKE = Threshold(
    "correlation over time of a layer-1 head's attention on training sequences and on others, least over what moves",
    ">",
    0.95,
)


def links(data: xr.Dataset) -> xr.DataArray:
    """Return the correlations (variable, kind, init, head); NaN where neither curve moves, 0 where one is flat."""
    both = data[["previous", "itself"]].to_dataarray()
    train, others = both.sel(kind="train", drop=True), both.sel(kind=list(KINDS[1:]))
    with np.errstate(divide="ignore", invalid="ignore"):
        correlations = xr.corr(train, others, "sequences").fillna(0.0)
    return correlations.where((_range(train) > MOVES) | (_range(others) > MOVES))


def _range(curves: xr.DataArray) -> xr.DataArray:
    return curves.max("sequences") - curves.min("sequences")


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """The least similar curves are alike, in every run."""
    found = links(data)
    moving = found.notnull().any(["variable", "kind", "head"])
    missing = "" if moving.all() else "no head's attention moves in one of the runs"
    return (ALIKE.part(float(found.min()), data.sizes["init"], missing),)


def note(data: xr.Dataset) -> str:
    """Tell how many of the curves are alike."""
    found = links(data).values
    moving = found[np.isfinite(found)]
    return f"{np.sum(moving > ALIKE.value)} of {moving.size} pairs of curves are alike"


L1_ALIKE = experiment(
    "coopetition.l1_alike", ["whole"], measure=measure, judge=judge, criterion=(ALIKE,), note=note
)
