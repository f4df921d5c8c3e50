"""Thesis figure 5.7: layer-1 attention is alike on training sequences and on those of the evaluators."""

import xarray as xr

from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._summaries import mean

from ._l1_heads import KINDS, measure
from ._networks import pearson
from ._populations import experiment

ALIKE = Threshold(
    "correlation of layer-1 attention over heads and time between kinds of sequences, the least, mean over runs",
    ">",
    0.95,
)


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """The least similar pair of kinds is alike in every run."""
    least = []
    for run in range(data.sizes["init"]):
        both = data[["previous", "itself"]].isel(init=run).to_dataarray()
        tables = [both.sel(kind=kind).values.ravel() for kind in KINDS]
        least.append(min(pearson(tables[0], other) for other in tables[1:]))
    return (ALIKE.part(mean(least), len(least)),)


L1_ALIKE = experiment("coopetition.l1_alike", ["whole"], measure=measure, judge=judge, criterion=(ALIKE,))
