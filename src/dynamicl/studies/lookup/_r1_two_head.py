"""Figure 3: two-head runs are more varied, and the jump to accuracy 1 remains."""

import numpy as np
import xarray as xr

from dynamicl.statistics import Interval
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import share

from ._ends import EXACT_KIND, KINDS, ended, jump_table, told
from ._populations import experiment
from ._settings import Setting

VARIED = Threshold("entropy of the ends of two-head runs minus that of one-head runs, nats", "low >", 0.0)
SOME = Threshold("share of two-head runs that end exact", ">=", 0.05)
SHARPLY = Threshold(
    "share of exact two-head runs that got there by one sharp jump from the plateau", ">=", 0.8
)
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
    """The ends (exact, stalled, plateau) of two-head runs are more varied, and exact ones still jump."""
    kind = data["kind"].values
    exact = kind == EXACT_KIND
    return (
        VARIED.part(entropy_difference(kind, data["one_head_kind"].values), kind.size),
        SOME.part(share(exact), kind.size),
        SHARPLY.part(share(data["sharp"].values[exact]), int(exact.sum())),
    )


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
    return np.array([np.mean(kinds == kind) for kind in KINDS])


def note(data: xr.Dataset) -> str:
    """Count the ends of both."""
    one = xr.Dataset({"kind": ("run", data["one_head_kind"].values)})
    return f"of {data.sizes['run']} two-head runs {told(data)}; with one head {told(one)}"


TWO_HEAD = experiment(
    "lookup.r1.two_head",
    ["one_head", "two_heads"],
    measure=measure,
    judge=judge,
    criterion=(VARIED, SOME, SHARPLY),
    note=note,
)
