"""Thesis figure 5.10: with the query's own drawing in the context, in-context learning persists."""

import xarray as xr

from dynamicl.studies._curves import curves, late
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._passages import Passage, passages, unless_all_rise
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import mean
from dynamicl.studies._world_setting import few

from ._populations import experiment
from ._settings import Setting

CONDITIONS = ("main", "matched")
PRICE = "12 layers with MLPs on 17 tokens at 4e8 sequences: some ten GPU hours"
FLIP = Threshold("flip at the end minus its peak, matched, mean over runs", ">", -0.05)
ICL = Threshold("icl at the end minus its peak, matched, mean over runs", ">", -0.05)
MAIN = Threshold("flip at its peak minus at the end, main runs", ">", 0.3)
LARGE = Threshold("flip at the end minus its peak, 12 layers", ">", -0.05)


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Return the curves of main and matched runs of the same seeds by `condition` and `init`.

    With `large_flip` (large_sequences) where the large network was trained.
    """
    inits = few(scale)
    main = curves(trajectories["main"], scale, init=scale.inits).sel(init=list(inits))
    matched = curves(trajectories["matched"], scale, init=inits)
    axis = xr.DataArray(list(CONDITIONS), dims="condition")
    both = xr.concat([main, matched], axis, combine_attrs="override")
    if "large" not in trajectories:
        return both
    large = curves(trajectories["large"], scale, run=[0]).isel(run=0, drop=True)
    return both.assign(large_flip=large["flip"].rename(sequences="large_sequences"))


def icl_lost(run: Passage) -> float:
    """Return by how much icl ends below its peak."""
    return run.ability.peak - late(run.x, run.icl)


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Matched runs keep what main runs lose, and so does the large network where it was trained."""
    main, matched = (passages(data.sel(condition=condition)) for condition in CONDITIONS)
    at_chance = unless_all_rise(matched)
    no_icl = "" if all(run.ability.appears for run in matched) else "icl does not appear in every run"
    return (
        FLIP.part(mean([-run.lost for run in matched]), len(matched), at_chance),
        ICL.part(mean([-icl_lost(run) for run in matched]), len(matched), no_icl),
        MAIN.part(mean([run.lost for run in main]), len(main), unless_all_rise(main)),
        LARGE.part(*_large(data)),
    )


def _large(data: xr.Dataset) -> tuple[float, int, str]:
    """Return flip at the end minus its peak in the large network, in how many runs, and why it is not known."""
    if "large_flip" not in data:
        return float("nan"), 0, PRICE
    x, flip = (data[name].values.astype(float) for name in ("large_sequences", "large_flip"))
    # Nothing but flip is asked of it.
    run = Passage(x, flip, flip, flip, int(data.attrs["evaluated"]))
    return -run.lost, 1, unless_all_rise([run])


MATCHED = experiment(
    "coopetition.matched",
    ["main", "matched", "large"],
    measure=measure,
    judge=judge,
    criterion=(FLIP, ICL, MAIN, LARGE),
)
