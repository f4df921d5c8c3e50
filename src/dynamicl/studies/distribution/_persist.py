"""Thesis figure 2.3: only where every sequence is bursty does in-context learning look persistent.

The thesis stopped this chapter's training before the peak of its all-bursty runs, as it says itself (3.3). What one
sees who stops there is told beside the verdict.
"""

import itertools

import numpy as np
import xarray as xr

from dynamicl.studies._abilities import KEPT, Ability, by_level
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._summaries import mean, share

from ._burst import measure
from ._populations import experiment

ALL = Threshold("icl at its peak minus at the end, all bursty, mean over runs", "<", KEPT)
OTHERS = Threshold("share of less bursty runs with icl that end over .05 below their peak", ">=", 1.0)
NONE = "icl appears in no less bursty run"


def stopped(data: xr.Dataset) -> list[list[Ability]]:
    """Describe icl by p(bursty), stopped where the all-bursty runs peak."""
    levels = by_level(data, "share")
    until = float(np.median([run.peak_time for run in levels[-1]]))
    # Five evaluations are the fewest in which an ability can be looked for.
    until = max(until, float(data["sequences"].values[:6][-1]))
    earlier = []
    for level in levels:
        earlier.append([run.until(until) for run in level])
    return earlier


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """All-bursty runs have lost nothing, and every less bursty one that ever read its context has."""
    *less, bursty = by_level(data, "share")
    lost = losses_of(less)
    return (
        ALL.part(mean([run.lost for run in bursty]), len(bursty)),
        OTHERS.part(share(np.greater(lost, KEPT)), len(lost), "" if lost else NONE),
    )


def losses_of(levels: list[list[Ability]]) -> list[float]:
    """Return what the runs in which icl appears lose from their peak to their end."""
    return [run.lost for run in itertools.chain(*levels) if run.appears]


def note(data: xr.Dataset) -> str:
    """Say what is lost, and what whoever stops at the peak of the all-bursty runs sees of the others."""
    *less, bursty = by_level(data, "share")
    early = losses_of(stopped(data)[:-1])
    return (
        f"all-bursty runs lose {_listed([run.lost for run in bursty])}, less bursty ones with icl "
        f"{_listed(losses_of(less))}, of which {_listed(early)} by the time at which all-bursty ones peak"
    )


def _listed(numbers: list[float]) -> str:
    return " ".join(f"{number:.2f}" for number in numbers) or "nothing"


PERSIST = experiment(
    "distribution.persist", ["burst"], measure=measure, judge=judge, criterion=(ALL, OTHERS), note=note
)
