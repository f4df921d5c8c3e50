"""Thesis figure D.3: flip passes one half with many classes only; few classes of few drawings give no icl."""

import numpy as np
import xarray as xr

from dynamicl.studies._abilities import share_absent
from dynamicl.studies._curves import CHANCE, curves
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._passages import passages
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import largest, share
from dynamicl.studies._world_setting import FEW_FEW, FEW_MANY, MANY_FEW, data_settings, few

from ._populations import experiment
from ._settings import Setting

MAIN = "many classes, many drawings"
NAMES = (MAIN, MANY_FEW, FEW_MANY, FEW_FEW)
MANY = Threshold("height that flip surely keeps in the main setting, least over runs", ">", CHANCE)
FEWER = Threshold(
    "height that flip surely keeps with few classes, largest over runs and drawings", "<=", CHANCE
)
APPEARS = Threshold("share of runs with few classes of many drawings in which icl appears", ">", 0.5)
NEVER = Threshold(
    "share of runs with few classes of few drawings in which icl is never above chance", ">=", 1.0
)


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Return the curves by `setting` (the main one first) and `init`, with `classes` and `drawings` of each."""
    inits = few(scale)
    main = curves(trajectories["main"], scale, init=scale.inits).sel(init=list(inits))
    others = curves(trajectories["data"], scale, setting=NAMES[1:], init=inits)
    whole = xr.concat([main.expand_dims(setting=[MAIN]), others], "setting", combine_attrs="override")
    sizes = [(scale.world.classes, scale.world.drawings), *data_settings(scale).values()]
    classes, drawings = zip(*sizes, strict=True)
    return whole.assign(classes=("setting", list(classes)), drawings=("setting", list(drawings)))


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Many classes make flip pass one half; few classes show some in-context learning with many drawings alone.

    The ledger has flip above one half with many classes only: with few drawings of them it may or may not be.
    """
    runs = {name: passages(data.sel(setting=name)) for name in NAMES}
    n = data.sizes["init"]
    many = [run.sure for run in runs[MAIN]]
    fewer = [run.sure for run in runs[FEW_MANY] + runs[FEW_FEW]]
    return (
        MANY.part(float(np.min(many)), n),
        FEWER.part(largest(fewer), 2 * n),
        APPEARS.part(share([run.ability.appears for run in runs[FEW_MANY]]), n),
        NEVER.part(share_absent([run.ability for run in runs[FEW_FEW]]), n),
    )


DATA = experiment(
    "coopetition.data",
    ["main", "data"],
    measure=measure,
    judge=judge,
    criterion=(MANY, FEWER, APPEARS, NEVER),
)
