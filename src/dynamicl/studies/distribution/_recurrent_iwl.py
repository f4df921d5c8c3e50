"""Thesis figure A.2: transformers learn no less in weights than recurrent networks."""

import numpy as np
import xarray as xr

from dynamicl.studies._curves import late, rows
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._summaries import largest

from ._populations import experiment
from ._recurrent import measure
from ._sweep import is_recurrent

CLOSE = Threshold("iwl at the end, best transformer minus best recurrent network, over rates", ">=", -0.02)


def best(data: xr.Dataset, recurrent: bool) -> float:
    """Return the best final iwl of one kind of network; runs that diverged are left out."""
    x = data["sequences"].values.astype(float)
    chosen = data.isel(architecture=is_recurrent(data) == recurrent)
    return largest([late(x, curve) for curve in rows(chosen, "iwl")])


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """The best transformer is not behind."""
    runs = int(np.prod([data.sizes[dim] for dim in ("architecture", "pair")]))
    return (CLOSE.part(best(data, recurrent=False) - best(data, recurrent=True), runs),)


RECURRENT_IWL = experiment(
    "distribution.recurrent_iwl", ["sweep"], measure=measure, judge=judge, criterion=(CLOSE,)
)
