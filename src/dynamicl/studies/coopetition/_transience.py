"""Thesis figures 5.1b and D.1: in-context learning rises and fades, context-constrained in-weights learning stays."""

import numpy as np
import xarray as xr

from dynamicl.studies._abilities import share_part
from dynamicl.studies._curves import MOST, curves
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._passages import limits_of, passages
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import mean, share

from ._populations import experiment
from ._settings import Setting

APPEARS = Threshold("share of runs in which icl appears", ">=", MOST)
FADES = Threshold("share of runs in which icl fades", ">=", MOST)
UP = Threshold("share of runs whose flip is surely above one half for a time", ">=", MOST)
END = Threshold("flip at the end over its limit (.3 at laptop, .1 at paper)", "<", 1.0)
FALLING = Threshold("flip in the last tenth of training minus in the tenth before", "<", 0.0)
KNOWN = Threshold("ciwl at the end over its limit (.75 at laptop, .95 at paper)", ">", 1.0)
RISING = Threshold("ciwl in the last tenth of training minus in the tenth before", ">", 0.0)
TOGETHER = Threshold("share of runs with icl and ciwl both above .6 at a time", ">=", MOST)
ORDER = Threshold("share of runs in order: flip up, peak, down, ciwl .9", ">=", MOST)
NOT_KNOWN = "runs in order so far end before ciwl reaches .9"
PROFILE = (APPEARS, FADES, UP, END, FALLING, KNOWN, RISING, TOGETHER, ORDER)


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Return the curves of the main runs by `init`."""
    return curves(trajectories["whole"], scale, init=scale.inits)


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """All runs but a straggler rise, coexist and fade in order; flip and ciwl end beyond their limits.

    Where the limits are those of short runs, flip has to go on falling and ciwl rising; where they are those of whole
    ones the ledger does not ask for it.
    """
    runs = passages(data)
    n, (most, least) = len(runs), limits_of(data)
    short = max(run.ability.fading.undecided for run in runs)
    parts = (
        APPEARS.part(share([run.ability.appears for run in runs]), n),
        share_part(FADES, [run.ability.fading.holds for run in runs], short),
        UP.part(share([run.rose for run in runs]), n),
        END.part(mean([run.end / most for run in runs]), n),
        FALLING.part(mean([run.falling for run in runs]), n),
        KNOWN.part(mean([run.looked_up / least for run in runs]), n),
        RISING.part(mean([run.rising for run in runs]), n),
        TOGETHER.part(share([run.together for run in runs]), n),
        share_part(ORDER, [run.in_order for run in runs], NOT_KNOWN),
    )
    trends = () if data.attrs["limits"] == "laptop" else (FALLING.name, RISING.name)
    return tuple(part for part in parts if part.name not in trends)


def has_profile(data: xr.Dataset) -> bool | None:
    """Tell whether runs have the whole profile; `None` where they are too short to tell."""
    outcomes = [part.holds for part in judge(data)]
    if False in outcomes:
        return False
    return None if None in outcomes else True


def note(data: xr.Dataset) -> str:
    """Give the heights of flip and icl, and when."""
    runs = passages(data)
    peaks = ", ".join(f"{run.peak:.2f} at {run.peak_time:,.0f}" for run in runs)
    highest = np.max([run.ability.fading.peak for run in runs])
    return f"flip peaks at {peaks} sequences; icl reaches {highest:.2f}"


TRANSIENCE = experiment(
    "coopetition.transience",
    ["whole"],
    measure=measure,
    judge=judge,
    criterion=PROFILE,
    note=note,
)
