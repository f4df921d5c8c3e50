"""Thesis figure 3.4: more drawings of each class make the peak of icl higher and its decay steeper."""

import xarray as xr

from dynamicl.studies._abilities import by_level, fading_part, levels_of, trend_parts
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._world_setting import few

from ._populations import experiment
from ._runs import curves, main_few, with_main
from ._settings import Setting

PEAK = Threshold("p of Jonckheere's test that the peak of icl rises with drawings", "<", 0.05)
SLOPE = Threshold("p of Jonckheere's test that the decay of icl is steeper with drawings", "<", 0.05)
FADES = Threshold("share of runs, of any number of drawings, in which icl fades", ">=", 1.0)


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Return the curves by `drawings` of each class and `init`."""
    others = curves(trajectories["exemplars"], scale, drawings=scale.drawings, init=few(scale))
    main = main_few(trajectories["whole"], scale)
    return with_main(others, main, "drawings", scale.world.drawings)


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Peaks rise, decays steepen, and icl fades whatever the number of drawings."""
    levels = by_level(data, "drawings")
    runs = [run for level in levels for run in level]
    return (
        *trend_parts(levels_of(levels, "peak"), "up", PEAK),
        *trend_parts(levels_of(levels, "steepness"), "up", SLOPE),
        fading_part(FADES, runs),
    )


EXEMPLARS = experiment(
    "transience.exemplars",
    ["whole", "exemplars"],
    measure=measure,
    judge=judge,
    criterion=(PEAK, SLOPE, FADES),
)
