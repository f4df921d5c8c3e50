"""Thesis figure 3.7: Zipf's law at exponent 1 delays the peak of icl and flattens its decay; at 2 there is none."""

import numpy as np
import xarray as xr

from dynamicl.studies._abilities import abilities, late_by_level, share_absent, unless_all_fall
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import mean, ratio
from dynamicl.studies._world_setting import few

from ._classes import differences
from ._populations import experiment
from ._runs import curves, main_few, with_main
from ._settings import Setting

EXPONENTS = (0.0, 1.0, 2.0)
LATER = Threshold("time of the peak of icl, exponent 1 over 0, geometric mean over runs", ">", 1.0)
GENTLER = Threshold("size of the decay slope of icl, exponent 1 minus 0, mean over runs", "<", 0.0)
NEVER = Threshold("share of runs at exponent 2 in which icl is never above chance", ">=", 1.0)


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Return the curves by `exponent`, 0 among them, and `init`."""
    skewed = curves(trajectories["zipf"], scale, exponent=scale.exponents, init=few(scale))
    return with_main(skewed, main_few(trajectories["whole"], scale), "exponent", 0.0)


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Skew delays and flattens; steep skew leaves nothing."""
    even, skewed, steep = (abilities(data.sel(exponent=[exponent])) for exponent in EXPONENTS)
    n, why = len(even), unless_all_fall(even, skewed)
    return (
        LATER.part(ratio([run.peak_time for run in skewed], [run.peak_time for run in even]), n, why),
        GENTLER.part(mean(differences(skewed, even, "steepness")), n, why),
        NEVER.part(share_absent(steep), n),
    )


def note(data: xr.Dataset) -> str:
    """Give iwl on the training distribution, and say where a decay was too slow to be followed."""
    ends = late_by_level(data.sel(exponent=list(EXPONENTS)), "exponent", "iwl")
    slow = [not run.slope.reached for run in abilities(data.sel(exponent=[EXPONENTS[1]]))]
    words = ", ".join(f"{np.mean(level):.4f}" for level in ends)
    return (
        f"final iwl on the training distribution at exponents 0, 1, 2: {words}; in {sum(slow)} of {len(slow)} runs at "
        "exponent 1 icl did not fall half way"
    )


ZIPF = experiment(
    "transience.zipf",
    ["whole", "zipf"],
    measure=measure,
    judge=judge,
    criterion=(LATER, GENTLER, NEVER),
    note=note,
)
