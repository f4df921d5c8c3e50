"""Thesis figure 2.6d: at exponent 3 the data are three classes, and even the common ones are known less well."""

import numpy as np
import xarray as xr

from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._summaries import mean

from ._populations import experiment
from ._zipf import at_exponent, measure

LOWER = Threshold(
    "iwl of the common classes over the last fifth, at exponent 3 minus at 2, mean over runs", "<", 0.0
)


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Common classes are known less well at 3 than at 2."""
    most, less = (np.array(at_exponent(data, "iwl_common", exponent)) for exponent in (3.0, 2.0))
    return (LOWER.part(mean(most - less), len(most)),)


ZIPF_EXTREME = experiment(
    "distribution.zipf_extreme", ["burst", "zipf"], measure=measure, judge=judge, criterion=(LOWER,)
)
