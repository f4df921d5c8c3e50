"""Thesis figure 3.9a,b: wider networks have a higher peak of icl and a gentler decay."""

import xarray as xr

from dynamicl.studies._abilities import by_level, levels_of, trend_parts, unless_all_fall
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._world_setting import few

from ._populations import experiment
from ._runs import curves, main_few, with_main
from ._settings import Setting

PEAK = Threshold("p of Jonckheere's test that the peak of icl rises with width", "<", 0.05)
SLOPE = Threshold("p of Jonckheere's test that the decay of icl is gentler with width", "<", 0.05)


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Return the curves by `width` and `init`."""
    others = curves(trajectories["width"], scale, width=scale.widths, init=few(scale))
    return with_main(others, main_few(trajectories["whole"], scale), "width", scale.world.width)


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Peaks rise and decays soften with width."""
    levels = by_level(data, "width")
    return (
        *trend_parts(levels_of(levels, "peak"), "up", PEAK),
        *trend_parts(levels_of(levels, "steepness"), "down", SLOPE, undecided=unless_all_fall(*levels)),
    )


WIDTH = experiment(
    "transience.width", ["whole", "width"], measure=measure, judge=judge, criterion=(PEAK, SLOPE)
)
