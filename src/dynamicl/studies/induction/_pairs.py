"""Figure C.2: the strongest head with any one other learns almost as fast as all eight."""

import itertools

import numpy as np

from dynamicl.clamps import keep_heads
from dynamicl.studies._experiment import Experiment, Lab, Outcome

from ._curves import learning_times, ratio, stack_runs
from ._judge import judge, words
from ._networks import main_networks, unclamped, unclamped_cost
from ._plateau import cost
from ._settings import HEADS, run, setting

CLAIM = "induction.pairs"
LENGTH = 1e6


def pairs(lab: Lab) -> Outcome:
    """Train with two layer-2 heads: each seed's strongest and one other.

    The claim is held to have reproduced where a pair's learning time is typically (geometric mean over seeds of the
    mean over partners) less than 1.25 times the full network's, and pairs lie nearer to the full network than to the
    strongest head alone: less than half of its way in the logarithm of time.
    """
    networks = main_networks(lab)
    chosen = networks.chosen
    partners = [[h for h in range(HEADS) if h != best] for best in networks.strongest]
    runs = [
        run(chosen, seed, LENGTH, keep_heads(1, sorted((networks.strongest[i], partners[i][k])), HEADS))
        for k, (i, seed) in itertools.product(range(HEADS - 1), enumerate(chosen.seeds))
    ]
    trajectory = lab.train(runs, chosen.recording(), "induction: pairs of heads")
    curves = stack_runs(trajectory, chosen, partner=range(HEADS - 1), seed=chosen.seeds)
    found = learning_times(curves["loss"])
    paired = np.exp(np.log(found["time"].values).mean(axis=0))
    full = learning_times(stack_runs(networks.trajectory, chosen, seed=chosen.seeds)["loss"])["time"].values
    alone = learning_times(stack_runs(unclamped(lab, networks), chosen, seed=chosen.seeds)["loss"])[
        "time"
    ].values
    against_full, single = ratio(paired, full), ratio(alone, full)
    way = np.log(against_full.value) / np.log(single.value) if single.value > 1 else np.nan
    parts = {
        "nearly as fast as the full network": against_full.value < 1.25,
        "nearer to it than to the strongest head alone": bool(way < 0.5),
    }
    verdict = judge(
        lab,
        CLAIM,
        parts,
        f"learning time of a pair over the full network's {words(against_full)}, over the strongest head's alone "
        f"{words(ratio(paired, alone))}, of the strongest head alone over the full network's {words(single)}; a pair "
        f"has gone {way:.2f} of that way; {int((~found['observed'].values).sum())} of {found['observed'].size} pairs "
        "do not learn",
        against_full,
        len(runs),
        _why(paired, alone, full) if not way < 0.5 else "",
    )
    kept = curves[["loss"]].assign(
        learning_time=found["time"],
        partner_head=(("seed", "partner"), np.array(partners)),
        full_learning_time=("seed", full),
        alone_learning_time=("seed", alone),
        strongest=("seed", networks.strongest),
        strength=(("seed", "head"), networks.strength),
    )
    return Outcome((verdict,), kept, trajectory.runs)


def _why(paired: np.ndarray, alone: np.ndarray, full: np.ndarray) -> str:
    """Tell seeds in which a second head has something to gain from those in which it has not."""
    slower = alone > full
    gained = 1 - np.log(paired / full)[slower] / np.log(alone / full)[slower]
    return (
        f"in {int((~slower).sum())} of {len(full)} seeds the strongest head alone learns as fast as all eight, or "
        "faster, and a second head has nothing to gain; in the others it gains "
        f"{', '.join(f'{share:.0%}' for share in gained) or 'nothing'} of the difference"
    )


def pairs_cost(scale: str) -> int:
    """Return the run-steps of main runs, pairs and the strongest heads alone."""
    chosen = setting(scale)
    return cost(scale) + unclamped_cost(scale) + (HEADS - 1) * len(chosen.seeds) * chosen.lasting(LENGTH)


PAIRS = Experiment(CLAIM, pairs, pairs_cost)
