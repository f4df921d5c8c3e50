"""Figure 6c: with L = N some seeds of the minimal head find the in-context solution, the others stall."""

import numpy as np
import xarray as xr

from dynamicl.statistics import jeffreys
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import largest, words

from ._populations import PATIENCE, experiment, time_with_more
from ._readings import SOLVED, curves_of, end_of
from ._settings import Setting

SOME = Threshold(f"share of runs that end above {SOLVED}, lower end", "low >", 0.05)
NOT_ALL = Threshold(f"share of runs that end above {SOLVED}, upper end", "high <", 0.95)
STALL = Threshold("in-context accuracy at the end of the others, largest", "<", 0.6)


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Follow the minimal head with as many labels as pairs, for a multiple of the time that it takes with more.

    Returns:
        `novel`, `tila2`, `loss` (run, step) of every second evaluation; `time_with_more`, the time with more labels, is
        infinite where it is not known and runs are cut short.
    """
    data = curves_of(scale, trajectories["equal"], measures=("tila2",))
    data = data.assign(time_with_more=time_with_more(scale, trajectories))
    return data.isel(step=slice(0, None, 2)) if data.sizes["step"] > 40 else data


def ends(data: xr.Dataset, name: str = "novel") -> np.ndarray:
    """Return the ends of a measure's curves, by run."""
    return end_of(data[name].transpose("run", "step").values)


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Both fates occur, and they are far apart.

    A run that is cut short before the multiple of the time with more labels has not stalled yet, and whether it finds
    the solution is open.
    """
    end = ends(data)
    cut = "" if np.isfinite(data["time_with_more"]) else "the time with more labels than pairs is not known"
    solved = end > SOLVED
    share = jeffreys(int(solved.sum()), solved.size)
    none_left = "" if (~solved).any() else "every run found the in-context solution"
    return (
        SOME.part(share, solved.size, "" if share.low > SOME.value else cut),
        NOT_ALL.part(share, solved.size, cut),
        STALL.part(largest(end[~solved]), int((~solved).sum()), none_left or cut),
    )


def note(data: xr.Dataset) -> str:
    """Say what the runs that stall attend to: less than uniformly to the right label would be elimination."""
    end, attention = ends(data), ends(data, "tila2")
    solved, uniform = end > SOLVED, 1 / (2 * data.attrs["pairs"] + 1)
    below = int((attention[~solved] < uniform).sum())
    return (
        f"{int(solved.sum())} of {solved.size} runs found the in-context solution within {PATIENCE} times the time "
        f"with L > N, share {words(jeffreys(int(solved.sum()), solved.size))}; of the others {below} of "
        f"{int((~solved).sum())} attend to the right label less than uniformly (1 / (2 N + 1)), as elimination would"
    )


L_EQUALS_N = experiment(
    "mixture.l_equals_n",
    ["minimal", "equal"],
    measure=measure,
    judge=judge,
    criterion=(SOME, NOT_ALL, STALL),
    note=note,
)
