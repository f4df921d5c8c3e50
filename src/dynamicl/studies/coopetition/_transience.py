"""Thesis figures 5.1b and D.1: in-context learning rises and fades, context-constrained in-weights learning stays."""

import numpy as np
import xarray as xr

from dynamicl.studies._curves import CHANCE, MOST, curves
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
FALLING = Threshold("flip in the last tenth of training minus in the tenth before", "<=", 0.02)
KNOWN = Threshold("ciwl at the end over its limit (.75 at laptop, .95 at paper)", ">", 1.0)
RISING = Threshold("ciwl in the last tenth of training minus in the tenth before", ">=", -0.02)
TOGETHER = Threshold("share of runs with icl and ciwl both above .6 at a time", ">=", MOST)
ORDER = Threshold("share of runs in order: flip up, peak, down, ciwl .9", ">=", MOST)


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Return the curves of the main runs by `init`."""
    return curves(trajectories["whole"], scale, init=scale.inits)


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """All runs but a straggler rise, coexist and fade in order; flip and ciwl end beyond their limits."""
    runs, n = passages(data), data.sizes["init"]
    most, least = limits_of(data)
    short = [run.ability.fading.undecided for run in runs if run.ability.fading.undecided]
    return (
        APPEARS.part(share([run.ability.appears for run in runs]), n),
        FADES.part(share([bool(run.ability.fading.holds) for run in runs]), n, short[0] if short else ""),
        UP.part(share([run.sure > CHANCE for run in runs]), n),
        END.part(mean([run.end / most for run in runs]), n),
        FALLING.part(mean([run.falling for run in runs]), n),
        KNOWN.part(mean([run.looked_up / least for run in runs]), n),
        RISING.part(mean([run.rising for run in runs]), n),
        TOGETHER.part(share([run.together for run in runs]), n),
        ORDER.part(share([run.in_order for run in runs]), n),
    )


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
    criterion=(APPEARS, FADES, UP, END, FALLING, KNOWN, RISING, TOGETHER, ORDER),
    note=note,
)
