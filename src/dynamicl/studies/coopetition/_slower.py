"""Thesis figure 5.11b: without those layer-1 heads, in-context learning also fades a little later."""

import numpy as np
import xarray as xr

from dynamicl.studies._abilities import share_part
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._passages import Passage, passages, unless_all_rise

from ._not_lottery import CONDITIONS, measure
from ._populations import experiment

LATER = Threshold("share of seeds in which flip goes below one half later than in the main run", ">=", 1.0)
NEITHER = "flip goes down in neither run of a seed"


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """In every seed flip goes down later; where it never was up, or goes down in neither run, none is later."""
    main, off = (passages(data.sel(condition=condition)) for condition in CONDITIONS)
    pairs = zip(main, off, strict=True)
    return (share_part(LATER, [comes_later(*pair) for pair in pairs], unless_all_rise(main, off) or NEITHER),)


def comes_later(main: Passage, off: Passage) -> bool | None:
    """Tell whether flip goes down later without the heads; `None` where the runs cannot be compared."""
    if not (main.rose and off.rose) or np.isinf([main.down, off.down]).all():
        return None
    return off.down > main.down


SLOWER = experiment(
    "coopetition.slower", ["main", "heads_off"], measure=measure, judge=judge, criterion=(LATER,)
)
