"""Section 4.5: isolated subcircuits learn far faster than the whole, and their delays foretell those of the whole."""

import numpy as np
import xarray as xr

from dynamicl.statistics import correlation_interval
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._summaries import UNKNOWN, attempt, ratio

from ._curves import unlearnt
from ._data import NEEDS, NETWORK, OWN
from ._data import measure as measure
from ._populations import experiment

ALONE = ("match (B)", "copy (C)")
FASTER = {
    part: Threshold(f"learning time of {part} over that of the network", "high <", 0.5) for part in ALONE
}
FORETOLD = Threshold(
    "rank correlation of the network's delays with those of match and copy together", "low >", 0.0
)


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Each part takes less than half of the network's time; over tasks and seeds both are delayed alike.

    A delay is a learning time over that on the study's own task, by the same seed; parts are taken together by adding
    their times, as they would be learnt one after the other.
    """
    times = data["learning_time"]
    own = times.sel(task=OWN)
    network = own.sel(circuit=NETWORK).values
    bounds = {part: unlearnt(data["learnt"].sel(circuit=part, task=OWN)) for part in ALONE}
    faster = (
        bar.part(ratio(own.sel(circuit=part), network), network.size, bounds[part])
        for part, bar in FASTER.items()
    )
    together = times.sel(circuit=list(ALONE)).sum("circuit", skipna=False)
    foretold, seen = (delays(table) for table in (together, times.sel(circuit=NETWORK)))
    known = np.isfinite(foretold) & np.isfinite(seen)
    link, _ = attempt(correlation_interval, foretold[known], seen[known], kind="spearman")
    return (*faster, FORETOLD.part(link or UNKNOWN, int(known.sum())))


def delays(times: xr.DataArray) -> np.ndarray:
    """Return times on every other task over that on the study's own, shape (task x seed,)."""
    others = [task for task in times["task"].values if task != OWN]
    return (times.sel(task=others) / times.sel(task=OWN)).transpose("task", "seed").values.ravel()


FAST_PARTS = experiment(
    "induction.fast_parts",
    NEEDS,
    measure=measure,
    judge=judge,
    criterion=(*FASTER.values(), FORETOLD),
)
