"""Figure C.2: the strongest head with any one other learns almost as fast as all eight."""

import numpy as np
import xarray as xr

from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import ratio, words

from ._curves import learning_times, stack_runs, unlearnt
from ._networks import main_networks
from ._populations import experiment
from ._runs import partners
from ._settings import HEADS, Setting

FAST = Threshold("learning time of a pair of heads over the full network's", "<", 1.25)
NEARER = Threshold("share of the way from the full network to the strongest head alone", "<", 0.5)


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Compare runs with two layer-2 heads, each seed's strongest and one other, with all heads and with the strongest.

    Returns:
        `loss` (partner, seed, sequences), `learning_time` and `learnt` (partner, seed), `partner_head` (seed, partner);
        by seed `full_learning_time`, `alone_learning_time`, `strongest`; `strength` (seed, head).
    """
    networks = main_networks(trajectories)
    curves = stack_runs(trajectories["pairs"], scale, partner=range(HEADS - 1), seed=scale.seeds)
    full = stack_runs(networks.trajectory, scale, seed=scale.seeds)
    alone = stack_runs(trajectories["unclamped"], scale, seed=scale.seeds)
    times = learning_times(curves["loss"])
    return curves[["loss"]].assign(
        learning_time=times["time"],
        learnt=times["observed"],
        partner_head=(("seed", "partner"), partners(networks)),
        full_learning_time=learning_times(full["loss"])["time"],
        alone_learning_time=learning_times(alone["loss"])["time"],
        strongest=("seed", networks.strongest),
        strength=(("seed", "head"), networks.strength),
    )


def typical_times(data: xr.Dataset) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return learning times by seed: of pairs (geometric mean over partners), of all heads, of the strongest alone."""
    paired = data["learning_time"].transpose("partner", "seed").values
    names = ("full_learning_time", "alone_learning_time")
    full, alone = (data[name].values for name in names)
    return np.exp(np.log(paired).mean(axis=0)), full, alone


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """A pair is nearly as fast as the full network, and nearer to it than to the strongest head alone.

    Near is measured in the logarithm of time; where one head alone is not surely slower than all, there is no way to
    go. The time of a pair that does not learn is a lower bound.
    """
    paired, full, alone = typical_times(data)
    over_full, single = ratio(paired, full), ratio(alone, full)
    way = float(np.log(over_full.value) / np.log(single.value)) if single.low > 1 else float("nan")
    late = unlearnt(data["learnt"], "pairs") if over_full.value < FAST.value else ""
    no_way = "" if single.low > 1 else "one head alone is not surely slower than all"
    return FAST.part(over_full, paired.size, late), NEARER.part(way, paired.size, late or no_way)


def note(data: xr.Dataset) -> str:
    """Tell seeds in which a second head has something to gain from those in which it has not."""
    paired, full, alone = typical_times(data)
    slower = alone > full
    gained = 1 - np.log(paired / full)[slower] / np.log(alone / full)[slower]
    shares = ", ".join(f"{part:.0%}" for part in gained) or "nothing"
    return (
        f"the strongest head alone takes {words(ratio(alone, full))} times as long as all eight; in "
        f"{int((~slower).sum())} of {len(full)} seeds it learns as fast as they, or faster, and a second head has "
        f"nothing to gain; in the others it gains {shares} of the difference"
    )


PAIRS = experiment(
    "induction.pairs",
    ["main", "unclamped", "pairs"],
    measure=measure,
    judge=judge,
    criterion=(FAST, NEARER),
    note=note,
)
