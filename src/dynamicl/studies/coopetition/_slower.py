"""Thesis figure 5.11b: without those layer-1 heads, in-context learning also fades a little later."""

import numpy as np
import xarray as xr

from dynamicl.studies._curves import CHANCE
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._passages import passages
from dynamicl.studies._summaries import share

from ._not_lottery import CONDITIONS, measure
from ._populations import experiment

LATER = Threshold("share of seeds in which flip goes below one half later than in the main run", ">=", 1.0)


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """In every seed flip goes down later; where it never was above one half there is nothing to compare."""
    main, off = (passages(data.sel(condition=condition)) for condition in CONDITIONS)
    rose = [first.peak > CHANCE and second.peak > CHANCE for first, second in zip(main, off, strict=True)]
    missing = "" if all(rose) else "flip does not pass one half in every run"
    later = np.array([second.down > first.down for first, second in zip(main, off, strict=True)])
    return (LATER.part(share(later), len(later), missing),)


SLOWER = experiment(
    "coopetition.slower", ["main", "heads_off"], measure=measure, judge=judge, criterion=(LATER,)
)
