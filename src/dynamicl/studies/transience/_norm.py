"""Thesis 3.5: the in-context solution has the smaller weights."""

import numpy as np
import xarray as xr

from dynamicl.studies._abilities import abilities
from dynamicl.studies._curves import late, rows
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._summaries import ratio

from ._default import log_losses, measure
from ._populations import experiment

CLOSE = 0.1
"""How far the training loss may have fallen, as a share of itself, and count as equal."""
END = Threshold(
    "sum of squared weights at the end over at the peak of icl, geometric mean over runs", ">", 1.0
)
EQUAL = Threshold(
    "the same at the last time at which the training loss is within a tenth of that at the peak", ">", 1.0
)


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Weights grow from the peak of icl to the end, and while the loss is the same."""
    x = data["sequences"].values.astype(float)
    peak, end, equal = [], [], []
    for run, loss, norm in zip(abilities(data), log_losses(data), rows(data, "squared_norm"), strict=True):
        place = int(np.searchsorted(x, run.peak_time))
        close = np.flatnonzero(loss >= loss[place] + np.log(1 - CLOSE))
        peak.append(norm[place])
        end.append(late(x, norm))
        equal.append(norm[max(int(close[-1]), place)])
    return END.sure_part(ratio(end, peak), len(peak)), EQUAL.sure_part(ratio(equal, peak), len(peak))


NORM = experiment("transience.norm", ["whole"], measure=measure, judge=judge, criterion=(END, EQUAL))
