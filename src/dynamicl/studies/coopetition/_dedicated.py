"""Our own: dedicated previous-token heads. Does in-context learning fade because layer 1 is taken over?

k of the 8 layer-1 heads are held to the previous token throughout bursty training, so that they cannot be taken over.
If in-context learning persists with all of them held, competition for layer 1 is the cause of its end; if it still
fades, layer 2 or the read-out decides. Held from later on, they tell how late it can still be rescued.
"""

import numpy as np
import xarray as xr

from dynamicl.statistics import trend
from dynamicl.studies._curves import curves
from dynamicl.studies._lab import Lab
from dynamicl.studies._laptop_world import HEADS
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._passages import Passage, passages, unless_all_rise
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import mean
from dynamicl.studies._world_setting import few

from ._populations import experiment
from ._settings import Setting

FADES = Threshold("flip at its peak minus at the end, no head held, mean over runs", ">", 0.3)
PERSISTS = Threshold("flip at the end minus its peak, all heads held, mean over runs", ">", -0.05)
DOSE = Threshold("p of Jonckheere's test that flip at the end rises with the number of heads held", "<", 0.05)


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Return the curves by `condition` and `init`, with `held` (heads) and `start` (share of training) of each."""
    counts = [*scale.held, *[HEADS] * len(scale.starts)]
    starts = [*[0.0] * len(scale.held), *scale.starts]
    data = curves(trajectories["dedicated"], scale, condition=range(len(counts)), init=few(scale))
    return data.assign(held=("condition", counts), start=("condition", starts))


def held_throughout(data: xr.Dataset, held: int) -> list[Passage]:
    """Return the runs with so many heads held from the beginning."""
    (place,) = np.flatnonzero((data["held"].values == held) & (data["start"].values == 0))
    return passages(data.isel(condition=int(place)))


def by_count(data: xr.Dataset) -> dict[int, list[Passage]]:
    """Return the runs with heads held from the beginning, by how many, rising."""
    counts = np.unique(data["held"].values[data["start"].values == 0])
    return {count: held_throughout(data, count) for count in map(int, counts)}


def ends_of(runs: list[Passage]) -> list[float]:
    """Return flip at the end of runs."""
    return [run.end for run in runs]


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """It fades with no head held, persists with all, and the more are held the more of it is left."""
    runs = by_count(data)
    free, held = runs[0], runs[HEADS]
    levels, n = list(map(ends_of, runs.values())), sum(map(len, runs.values()))
    return (
        FADES.part(mean([run.lost for run in free]), len(free), unless_all_rise(free)),
        PERSISTS.part(mean([-run.lost for run in held]), len(held), unless_all_rise(held)),
        DOSE.part(trend(levels).p, n, unless_all_rise(*runs.values())),
    )


def note(data: xr.Dataset) -> str:
    """Give what is left by number of heads, and by when holding them begins."""
    left = ", ".join(f"{np.mean(ends_of(runs)):.2f} with {count}" for count, runs in by_count(data).items())
    late = []
    for place in np.flatnonzero(data["start"].values != 0):
        end = np.mean([run.end for run in passages(data.isel(condition=int(place)))])
        late.append(f"{end:.2f} from {float(data['start'][place]):g} on")
    return f"flip at the end: {left} heads held throughout; {', '.join(late) or 'none'} with all held later"


DEDICATED = experiment(
    "coopetition.dedicated",
    ["dedicated"],
    measure=measure,
    judge=judge,
    criterion=(FADES, PERSISTS, DOSE),
    note=note,
    finding="in-context learning fades because layer-1 heads are taken over: with previous-token heads that cannot be "
    "taken over it persists",
)
