"""Thesis figure 3.5: more classes make the peak of icl higher and its decay gentler; more drawings do not."""

import numpy as np
import xarray as xr

from dynamicl.studies._abilities import Ability, abilities, unless_all_fall, unless_one_appears
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import mean
from dynamicl.studies._world_setting import few

from ._populations import experiment
from ._runs import curves, main_few, size_name, size_settings
from ._settings import Setting

MANY, LESS, POOLED = SIZES = ("many classes", "few classes", "few classes, as many items")
ABOVE_POOLED = Threshold("peak of icl, many classes minus few with as many items, mean over runs", ">", 0.0)
ABOVE_LESS = Threshold("peak of icl, many classes minus few, mean over runs", ">", 0.0)
GENTLER = Threshold("size of the decay slope of icl, many classes minus few, mean over runs", "<", 0.0)
HURTS = Threshold(
    "peak of icl with few classes, eight times the drawings minus once, mean over runs", "<", 0.0
)


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Return the curves by `size` and `init`, with the `words` of each size: `1600 x 20`."""
    inits, settings = few(scale), size_settings(scale)
    others = curves(trajectories["classes"], scale, size=list(settings), init=inits)
    base = size_name((scale.world.classes, scale.world.drawings))
    main = main_few(trajectories["whole"], scale).expand_dims(size=[base])
    whole = xr.concat([main, others], "size", combine_attrs="override")
    names = [size_name(size) for size in (scale.many, scale.less, scale.pooled)]
    ordered = whole.sel(size=names)
    return ordered.assign_coords(size=list(SIZES), words=("size", names))


def differences(first: list[Ability], second: list[Ability], what: str) -> np.ndarray:
    """Return a number of the first runs minus that of the second runs of the same seeds."""
    return np.array([getattr(a, what) - getattr(b, what) for a, b in zip(first, second, strict=True)])


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Classes raise the peak and soften the decay; drawings beyond a point lower it."""
    many, less, pooled = (abilities(data.sel(size=[size])) for size in SIZES)
    n = len(many)
    return (
        ABOVE_POOLED.sure_part(mean(differences(many, pooled, "peak")), n, unless_one_appears(many, pooled)),
        ABOVE_LESS.sure_part(mean(differences(many, less, "peak")), n, unless_one_appears(many, less)),
        GENTLER.sure_part(mean(differences(many, less, "steepness")), n, unless_all_fall(many, less)),
        HURTS.sure_part(mean(differences(pooled, less, "peak")), n, unless_one_appears(pooled, less)),
    )


CLASSES = experiment(
    "transience.classes",
    ["whole", "classes"],
    measure=measure,
    judge=judge,
    criterion=(ABOVE_POOLED, ABOVE_LESS, GENTLER, HURTS),
)
