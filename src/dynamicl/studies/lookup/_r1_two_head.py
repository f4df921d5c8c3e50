"""Figure 3: two-head runs are more varied, and the jump to accuracy 1 remains."""

import numpy as np
import xarray as xr

from dynamicl.statistics import Interval
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import UNKNOWN, share

from ._ends import EXACT_KIND, STALLED, ended, fell_short, jump_table, told
from ._populations import experiment
from ._settings import FEWEST, Setting

VARIED = Threshold("entropy of the ends of two-head runs minus that of one-head runs, nats", "low >", 0.0)
SOME = Threshold("share of two-head runs that end exact", ">=", 0.05)
SHARPLY = Threshold(
    "share of exact two-head runs that got there by one sharp jump from the plateau", ">=", 0.8
)
WAYS = (EXACT_KIND, STALLED)
RESAMPLES = 4000


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Sort two-head runs, and one-head runs of the same seeds, by how they end.

    Returns:
        See `jump_table`, of the two-head runs, and `one_head_kind` (run).
    """
    one = ended(scale, trajectories["one_head"]).ends
    return jump_table(ended(scale, trajectories["two_heads"])).assign(
        one_head_kind=("run", one["kind"].values)
    )


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """The ends of two-head runs are more varied, and exact ones still jump.

    There are two ends, exact and not: a run that is still on the plateau has not begun. One that still climbs counts as
    stalled, for of one-head runs no curves are here that would tell. How varied the ends are is open where fewer than
    eight runs of either number of heads left the plateau, or where neither is surely more so.
    """
    kind, one_head = (xr.Dataset({"kind": data[name]}) for name in ("kind", "one_head_kind"))
    two, one = (ways(runs) for runs in (kind, one_head))
    exact = data["kind"].values == EXACT_KIND
    fewer = min(two.size, one.size)
    few = f"only {fewer} runs left the plateau, fewer than {FEWEST}" if fewer < FEWEST else ""
    difference = UNKNOWN if few else entropy_difference(two, one)
    return (
        VARIED.sure_part(difference, two.size, few),
        SOME.part(share(exact), exact.size),
        SHARPLY.part(share(data["sharp"].values[exact]), int(exact.sum())),
    )


def ways(runs: xr.Dataset) -> np.ndarray:
    """Return how the runs that left the plateau ended: exact or stalled."""
    kind = np.where(fell_short(runs), STALLED, runs["kind"].values)
    return kind[np.isin(kind, WAYS)]


def entropy_difference(first: np.ndarray, second: np.ndarray, resamples: int = RESAMPLES) -> Interval:
    """Estimate how much larger the entropy of one sample of ends is, in nats, with a percentile bootstrap interval."""
    generator = np.random.default_rng(0)

    def entropies(kinds: np.ndarray) -> np.ndarray:
        """Return the entropy of every resample and, last, of the sample itself."""
        own = _shares(kinds)
        drawn = generator.multinomial(len(kinds), own, resamples) / len(kinds)
        shares = np.concatenate([drawn, own[None]])
        return -np.sum(shares * np.log(np.where(shares > 0, shares, 1)), axis=1)

    difference = entropies(first) - entropies(second)
    low, high = np.quantile(difference[:-1], [0.025, 0.975])
    return Interval(float(difference[-1]), float(low), float(high))


def _shares(kinds: np.ndarray) -> np.ndarray:
    return np.array([np.mean(kinds == kind) for kind in WAYS])


def note(data: xr.Dataset) -> str:
    """Count the ends of both."""
    # Of the one-head runs no curves are here, so both are told as they were called when they were measured.
    two, one = (xr.Dataset({"kind": ("run", data[name].values)}) for name in ("kind", "one_head_kind"))
    return f"of {data.sizes['run']} two-head runs {told(two)}; with one head {told(one)}"


TWO_HEAD = experiment(
    "lookup.r1.two_head",
    ["one_head", "two_heads"],
    measure=measure,
    judge=judge,
    criterion=(VARIED, SOME, SHARPLY),
    note=note,
)
