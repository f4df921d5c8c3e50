"""Thesis figure 3.7: Zipf's law at exponent 1 delays the peak of icl and flattens its decay; at 2 there is none."""

import numpy as np
import xarray as xr

from dynamicl.studies._abilities import abilities
from dynamicl.studies._curves import late, rows
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import mean, ratio, share
from dynamicl.studies._world_setting import few

from ._classes import differences
from ._populations import experiment
from ._runs import curves, main_few
from ._settings import Setting

LATER = Threshold("time of the peak of icl, exponent 1 over 0, geometric mean over runs", ">", 1.0)
GENTLER = Threshold("size of the decay slope of icl, exponent 1 minus 0, mean over runs", "<", 0.0)
NEVER = Threshold("share of runs at exponent 2 in which icl is never above chance", ">=", 1.0)


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Return the curves by `exponent` (0 and 2) and `init`, and `skewed_icl`, `skewed_iwl` at exponent 1."""
    inits = few(scale)
    steep = curves(trajectories["zipf_steep"], scale, init=inits)
    main = main_few(trajectories["main"], scale)
    axis = xr.DataArray([0.0, scale.steep], dims="exponent", name="exponent")
    whole = xr.concat([main, steep], axis, combine_attrs="override")
    skewed = curves(trajectories["zipf"], scale, init=inits).rename(sequences="skewed_sequences")
    return whole.assign({f"skewed_{name}": skewed[name] for name in ("icl", "iwl", "ciwl", "flip")})


def skewed_runs(data: xr.Dataset) -> xr.Dataset:
    """Return the runs at exponent 1 as curves."""
    names = {f"skewed_{name}": name for name in ("icl", "iwl", "ciwl", "flip")}
    data_of = data[list(names)].rename(names)
    return data_of.rename(skewed_sequences="sequences").assign_attrs(data.attrs)


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Skew delays and flattens; steep skew leaves nothing."""
    base, steep = (abilities(data.isel(exponent=[place])) for place in (0, 1))
    skewed = abilities(skewed_runs(data))
    times = [[run.peak_time for run in runs] for runs in (skewed, base)]
    n = len(base)
    return (
        LATER.part(ratio(*times), n),
        GENTLER.part(mean(differences(skewed, base, "steepness")), n),
        NEVER.part(share([run.is_absent for run in steep]), n),
    )


def note(data: xr.Dataset) -> str:
    """Give iwl on the training distribution, and say where a decay was too slow to be followed."""
    slow = [not run.slope.reached for run in abilities(skewed_runs(data))]
    x, long_x = (data[name].values.astype(float) for name in ("sequences", "skewed_sequences"))
    ends = [np.mean([late(x, curve) for curve in rows(data.isel(exponent=[0]), "iwl")])]
    ends.append(np.mean([late(long_x, curve) for curve in rows(skewed_runs(data), "iwl")]))
    ends.append(np.mean([late(x, curve) for curve in rows(data.isel(exponent=[1]), "iwl")]))
    words = ", ".join(f"{end:.4f}" for end in ends)
    return (
        f"final iwl on the training distribution at exponents 0, 1, 2: {words}; in {sum(slow)} of {len(slow)} runs at "
        "exponent 1 icl did not fall half way"
    )


ZIPF = experiment(
    "transience.zipf",
    ["main", "zipf", "zipf_steep"],
    measure=measure,
    judge=judge,
    criterion=(LATER, GENTLER, NEVER),
    note=note,
)
