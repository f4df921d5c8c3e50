"""Our own: two constructions of augmented classes under one description; does either give the published curves?

The thesis' text has 20 drawings under one transform in a class; the published feature script makes a class of about two
and a half drawings under all eight.
"""

import numpy as np
import xarray as xr

from dynamicl.studies._curves import CHANCE, curves, error_of
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._passages import Passage, limits_of, passages
from dynamicl.studies._populations import Trajectories

from ._networks import SURE
from ._populations import experiment
from ._settings import Setting

CONSTRUCTIONS = ("one_transform", "interleaved")
RISES = {
    name: Threshold(f"height that flip surely keeps, {name} classes", ">", CHANCE) for name in CONSTRUCTIONS
}
FALLS = {
    name: Threshold(f"flip at the end over its limit (.3 at laptop, .1 at paper), {name} classes", "<", 1.0)
    for name in CONSTRUCTIONS
}
WITHIN_ERROR = "the limit lies within the evaluation's error of this one run"


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Return the curves of the first main run and of the same run on interleaved classes, by `construction`."""
    main = curves(trajectories["main"], scale, init=scale.inits).isel(init=0, drop=True)
    other = curves(trajectories["interleaved"], scale, init=scale.inits[:1]).isel(init=0, drop=True)
    axis = xr.DataArray(list(CONSTRUCTIONS), dims="construction")
    return xr.concat([main, other], axis, combine_attrs="override")


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Both constructions show the rise and the fall."""
    runs = dict(zip(CONSTRUCTIONS, passages(data.sel(construction=list(CONSTRUCTIONS))), strict=True))
    most, _ = limits_of(data)
    rises = [RISES[name].part(run.sure, 1) for name, run in runs.items()]
    falls = [_below(FALLS[name], run, most) for name, run in runs.items()]
    return (*rises, *falls)


def _below(bar: Threshold, run: Passage, most: float) -> Part:
    """Compare the end of one run with its limit, open where the evaluation's 95 % interval holds the limit."""
    # The end is a mean over several evaluations of one fixed set: no more independent than a single one.
    spread = SURE * float(error_of(np.array(run.end), run.evaluated))
    ends = run.end / most, (run.end - spread) / most, (run.end + spread) / most
    return bar.part(ends, 1, WITHIN_ERROR if ends[1] < bar.value < ends[2] else "")


def note(data: xr.Dataset) -> str:
    """Give heights and times of both."""
    runs = zip(CONSTRUCTIONS, passages(data.sel(construction=list(CONSTRUCTIONS))), strict=True)
    return "; ".join(f"{name}: flip {run.peak:.2f} at {run.peak_time:,.0f} sequences" for name, run in runs)


BOTH = experiment(
    "coopetition.constructions",
    ["main", "interleaved"],
    measure=measure,
    judge=judge,
    criterion=(*RISES.values(), *FALLS.values()),
    note=note,
    finding="both constructions of augmented classes, one transform a class and interleaved, show the rise and fall of "
    "in-context learning",
)
