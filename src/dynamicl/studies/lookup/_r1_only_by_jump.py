"""Section 4.1: no one-head run reaches accuracy 1 without a jump."""

import numpy as np
import xarray as xr

from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._summaries import share

from ._ends import EXACT_KIND
from ._populations import experiment
from ._r1_bimodal import measure as measure
from ._settings import FEWEST

ALL = Threshold("share of exact runs in whose accuracy a jump is found", ">=", 1.0)


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Every run that ends exact jumped: a transition is found, whether or not it is sharp."""
    exact = data["kind"].values == EXACT_KIND
    count, total = int(exact.sum()), data.sizes["run"]
    few = f"{count} of {total} runs converged, fewer than {FEWEST}" if count < FEWEST else ""
    return (ALL.part(share(np.isfinite(data["jump_time"].values[exact])), count, few),)


def note(data: xr.Dataset) -> str:
    """Count the jumps that begin elsewhere than on the plateau, or are wide."""
    exact = data["kind"].values == EXACT_KIND
    sharp = int(data["sharp"].values[exact].sum())
    return f"{sharp} of {int(exact.sum())} jumps are sharp and begin on the plateau (`lookup.r1.bimodal`)"


ONLY_BY_JUMP = experiment(
    "lookup.r1.only_by_jump", ["one_head"], measure=measure, judge=judge, criterion=(ALL,), note=note
)
