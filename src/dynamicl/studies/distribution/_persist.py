"""Thesis figure 2.3: only where every sequence is bursty does in-context learning look persistent.

The thesis stopped this chapter's training before the peak of its all-bursty runs, as it says itself (3.3). So curves
are read up to that peak: whoever stops there sees what the thesis saw.
"""

import numpy as np
import xarray as xr

from dynamicl.studies._abilities import KEPT, Ability, by_level
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._summaries import largest, mean, share

from ._burst import measure
from ._populations import experiment

ALL = Threshold(
    "icl at its peak minus at the end, all bursty, stopped at that peak, mean over runs", "<", KEPT
)
OTHERS = Threshold(
    "share of less bursty runs with icl that have lost over .05 of it when all-bursty ones peak", ">=", 1.0
)
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
    *less, bursty = stopped(data)
    with_icl = [run.lost > KEPT for level in less for run in level if run.appears]
    return (
        ALL.part(mean([run.lost for run in bursty]), len(bursty)),
        OTHERS.part(share(with_icl), len(with_icl), "" if with_icl else NONE),
    )


def note(data: xr.Dataset) -> str:
    """Say what the whole length says."""
    bursty = by_level(data, "share")[-1]
    lost = largest([run.lost for run in bursty])
    return f"trained on, all-bursty runs lose up to {lost:.2f} too"


PERSIST = experiment(
    "distribution.persist", ["burst"], measure=measure, judge=judge, criterion=(ALL, OTHERS), note=note
)
