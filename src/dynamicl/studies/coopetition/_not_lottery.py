"""Thesis figure 5.11b: without the layer-1 heads that came to serve it, in-context learning only comes later."""

import numpy as np
import xarray as xr

from dynamicl.studies._curves import CHANCE, MOST, curves, first_beyond, rows
from dynamicl.studies._lab import Lab
from dynamicl.studies._laptop_world import HEADS
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._passages import passages
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import share
from dynamicl.studies._world_setting import few

from ._populations import experiment
from ._settings import Setting

CONDITIONS = ("main", "heads off")
APPEARS = Threshold("share of runs without those heads in which icl appears", ">=", MOST)
LATER = Threshold(
    "share of seeds in which icl comes halfway to its main peak later than in the main run", ">=", 1.0
)


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Return the curves of main runs and of those without heads, by `condition` and `init`, and `off` (init, head)."""
    inits = few(scale)
    main = curves(trajectories["main"], scale, init=scale.inits).sel(init=list(inits))
    off = curves(trajectories["heads_off"], scale, init=inits)
    both = xr.concat([main, off], xr.DataArray(list(CONDITIONS), dims="condition"), combine_attrs="override")
    heads = [set(spec["clamps"][0]["heads"]) for spec in trajectories["heads_off"].specs.values()]
    off_heads = np.array([np.isin(range(HEADS), list(some)) for some in heads])
    return both.assign(off=(("init", "head"), off_heads))


def halves(data: xr.Dataset) -> np.ndarray:
    """Return when icl is halfway from chance to the main run's peak, shape (condition, run); infinity where never."""
    x = data["sequences"].values.astype(float)
    levels = [(CHANCE + run.ability.fading.peak) / 2 for run in passages(data.sel(condition="main"))]
    times = []
    for condition in CONDITIONS:
        curves = rows(data.sel(condition=condition), "icl")
        times.append([first_beyond(x, curve, level) for curve, level in zip(curves, levels, strict=True)])
    return np.array(times)


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """It appears all the same, and later."""
    off = passages(data.sel(condition="heads off"))
    main, later = halves(data)
    return (
        APPEARS.part(share([run.ability.appears for run in off]), len(off)),
        LATER.part(share(later > main), len(off)),
    )


def note(data: xr.Dataset) -> str:
    """Name the heads that were off."""
    off = [np.flatnonzero(row).tolist() for row in data["off"].transpose("init", "head").values.astype(bool)]
    return f"layer-1 heads off, by seed: {off}"


NOT_LOTTERY = experiment(
    "coopetition.not_lottery",
    ["main", "heads_off"],
    measure=measure,
    judge=judge,
    criterion=(APPEARS, LATER),
    note=note,
)
