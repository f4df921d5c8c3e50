"""Thesis figure 3.3: in-context learning is transient at every depth, and depth moves neither peak nor onset."""

import numpy as np
import xarray as xr

from dynamicl.statistics import no_trend
from dynamicl.studies._abilities import by_level, fading_part, levels_of
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._unmeasured import unmeasured

from ._populations import experiment
from ._runs import curves
from ._settings import Setting

PRICE = (
    "the absence of a trend takes at least 16 runs with MLPs of up to 12 layers, as long as the others: a million "
    "run-steps at this scale, each four times the price of a main run's"
)
FADES = Threshold("share of runs, of any depth, in which icl fades", ">=", 1.0)
HEIGHT = Threshold("two-sided p of Jonckheere's test of the peak of icl with depth", ">", 0.2)
HEIGHT_RHO = Threshold("size of Spearman's correlation of depth and peak, at most", "<", 0.5)
ONSET = Threshold("two-sided p of Jonckheere's test of the time of the peak with depth", ">", 0.2)
ONSET_RHO = Threshold("size of Spearman's correlation of depth and time of the peak, at most", "<", 0.5)
CRITERION = (FADES, HEIGHT, HEIGHT_RHO, ONSET, ONSET_RHO)


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Return the curves by `layers` and `init`; none where they were not trained."""
    if "depth" not in trajectories:
        return unmeasured(PRICE)
    return curves(trajectories["depth"], scale, layers=scale.depths, init=range(scale.depth_runs))


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """It fades at each depth, and neither height nor time of the peak goes with depth."""
    levels = by_level(data, "layers")
    runs = [run for level in levels for run in level]
    parts = [fading_part(FADES, runs)]
    for what, p, rho in (("peak", HEIGHT, HEIGHT_RHO), ("peak_time", ONSET, ONSET_RHO)):
        test = no_trend(levels_of(levels, what))
        parts.append(p.part(test.p, test.n, test.undecided))
        edge = float(np.max(np.abs([test.low, test.high])))
        parts.append(rho.part(edge, test.n, test.undecided))
    return tuple(parts)


DEPTH = experiment("transience.depth", ["depth"], measure=measure, judge=judge, criterion=CRITERION)
