"""Figure C.5: a perfect previous-token pattern on some layer-1 heads changes little, on all of them it slows."""

import numpy as np
import xarray as xr

from dynamicl.statistics import Interval
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import ratio, words

from ._clamps import CLAMPS
from ._curves import learning_times, stack_runs, unlearnt
from ._populations import experiment
from ._runs import PATTERNS
from ._settings import Setting

STRONGEST, ALL = "the strongest head", PATTERNS[-1]
SUBSETS = (STRONGEST, *PATTERNS[:-1])
LITTLE = {
    name: Threshold(
        f"factor by which a perfect pattern on {name} changes the learning time, either way", "<", 1.5
    )
    for name in SUBSETS
}
SEVERE = Threshold(f"learning time with a perfect pattern on {ALL} over the unclamped one", ">=", 2.0)
SURE = Threshold("the same, certainly longer", "low >", 1.0)


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Clamp the previous-token pattern on different sets of layer-1 heads, with one head left in layer 2.

    The strongest previous-token head of the main run (the clamp of step 1), the weakest one, the three strongest, all
    eight.

    Returns:
        `loss` (heads, seed, sequences), `learning_time` and `learnt` (heads, seed); by seed `unclamped_learning_time`
        and `strongest_learning_time`.
    """
    curves = stack_runs(trajectories["patterns"], scale, heads=PATTERNS, seed=scale.seeds)
    free = stack_runs(trajectories["unclamped"], scale, seed=scale.seeds)
    held = stack_runs(trajectories["clamped"], scale, clamp=CLAMPS, seed=scale.seeds)
    times = learning_times(curves["loss"])
    return curves[["loss"]].assign(
        learning_time=times["time"],
        learnt=times["observed"],
        unclamped_learning_time=learning_times(free["loss"])["time"],
        strongest_learning_time=learning_times(held["loss"].sel(clamp="1", drop=True))["time"],
    )


def slowed(data: xr.Dataset, heads: str) -> Interval:
    """Estimate the learning time with a perfect pattern on some heads over the unclamped one."""
    factors = times_over_unclamped(data, heads)
    return ratio(factors, np.ones_like(factors))


def times_over_unclamped(data: xr.Dataset, heads: str) -> np.ndarray:
    """Return, by seed, the learning time with a perfect pattern on some heads over the unclamped one."""
    times = data["strongest_learning_time"] if heads == STRONGEST else data["learning_time"].sel(heads=heads)
    return times.values / data["unclamped_learning_time"].values


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Any subset changes little in each seed, all heads slow learning severely.

    The time of a run that does not learn is a lower bound: it cannot say that little changes, and it cannot say that
    learning is not slowed severely.
    """
    seeds, everything = data.sizes["seed"], slowed(data, ALL)
    too_short = _unlearnt(data, ALL) if everything.value < SEVERE.value else ""
    return (
        *(LITTLE[name].sure_part(changed(data, name), seeds, _unlearnt(data, name)) for name in SUBSETS),
        SEVERE.part(everything, seeds, too_short),
        SURE.part(everything, seeds, _unlearnt(data, ALL) if everything.low <= SURE.value else ""),
    )


def changed(data: xr.Dataset, heads: str) -> Interval:
    """Estimate the factor by which a perfect pattern on some heads changes a seed's time, whichever way."""
    factors = times_over_unclamped(data, heads)
    return ratio(np.maximum(factors, 1 / factors), np.ones_like(factors))


def _unlearnt(data: xr.Dataset, heads: str) -> str:
    """Say how many runs do not learn; nothing where all do, and of the strongest head, whose runs all learn."""
    return "" if heads == STRONGEST else unlearnt(data["learnt"].sel(heads=heads))


def note(data: xr.Dataset) -> str:
    """Say which way each set changes the learning time, and how all heads compare with one."""
    told = ", ".join(f"{name} {words(slowed(data, name))}" for name in (*SUBSETS, ALL))
    everything = data["learning_time"].sel(heads=ALL).values
    over_one = ratio(everything, data["strongest_learning_time"].values)
    return (
        f"learning time over the unclamped one: {told}; with all heads clamped over one clamped {words(over_one)}; "
        f"{int((~data['learnt'].sel(heads=ALL).values).sum())} of {data.sizes['seed']} do not learn with all"
    )


PT_VARIANTS = experiment(
    "induction.pt_variants",
    ["unclamped", "clamped", "patterns"],
    measure=measure,
    judge=judge,
    criterion=(*LITTLE.values(), SEVERE, SURE),
    note=note,
)
