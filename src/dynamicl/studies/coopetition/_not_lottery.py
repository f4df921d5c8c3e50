"""Thesis figure 5.11b: without the layer-1 heads that came to serve it, in-context learning only comes later."""

import numpy as np
import xarray as xr

from dynamicl.studies._abilities import share_part
from dynamicl.studies._curves import MOST, curves
from dynamicl.studies._lab import Lab
from dynamicl.studies._laptop_world import HEADS
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._passages import Passage, passages
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import share
from dynamicl.studies._world_setting import few

from ._populations import experiment
from ._settings import Setting

CONDITIONS = ("main", "heads off")
APPEARS = Threshold("share of runs without those heads in which icl appears", ">=", MOST)
LATER = Threshold(
    "share of seeds in which icl comes halfway to its peak later than in the main run", ">=", 1.0
)
NOT_COME = "icl does not appear in a run without the heads"


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Return the curves of main runs and of those without heads, by `condition` and `init`, and `off` (init, head)."""
    inits = few(scale)
    main = curves(trajectories["main"], scale, init=scale.inits).sel(init=list(inits))
    off = curves(trajectories["heads_off"], scale, init=inits)
    both = xr.concat([main, off], xr.DataArray(list(CONDITIONS), dims="condition"), combine_attrs="override")
    heads = [set(spec["clamps"][0]["heads"]) for spec in trajectories["heads_off"].specs.values()]
    off_heads = np.array([np.isin(range(HEADS), list(some)) for some in heads])
    return both.assign(off=(("init", "head"), off_heads))


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """It appears all the same, and later."""
    main, off = (passages(data.sel(condition=condition)) for condition in CONDITIONS)
    later = [comes_later(*pair) for pair in zip(main, off, strict=True)]
    return (
        APPEARS.part(share([run.ability.appears for run in off]), len(off)),
        share_part(LATER, later, NOT_COME),
    )


def comes_later(main: Passage, off: Passage) -> bool | None:
    """Tell whether icl is halfway to its own peak later without the heads; `None` where it does not come without."""
    return off.icl_halfway > main.icl_halfway if np.isfinite(off.icl_halfway) else None


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
