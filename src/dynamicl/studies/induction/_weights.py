"""Figure C.4: a trained layer 1 helps the seed that it comes from, not another: clamp activations, not weights."""

import numpy as np

from dynamicl.clamps import Graft
from dynamicl.studies._experiment import Experiment, Lab, Outcome

from ._curves import learning_times, ratio, stack_runs
from ._judge import judge, words
from ._networks import main_networks
from ._plateau import cost
from ._settings import run, setting

CLAIM = "induction.weights"
LENGTH = 1.2e6
SHIFTS = (0, 1, 2)
"""From which seed layer 1 comes: the run's own, the next one, the one after."""
PARTS = ("embed.*", "blocks.0.*")
"""Everything up to the residual stream after layer 1."""


def weights(lab: Lab) -> Outcome:
    """Train layer 2 on the frozen embeddings and layer 1 of a finished main run, of the same seed and of two others.

    The claim is held to have reproduced where learning takes, with a layer 1 of other seeds, typically at least 1.5
    times as long as with the seed's own (interval above 1), and the seed's own is faster than training everything.
    """
    networks = main_networks(lab)
    chosen, ids, last = networks.chosen, networks.trajectory.runs, networks.trajectory.checkpoints[-1]
    seeds = chosen.seeds
    runs = [
        run(
            chosen,
            seed,
            LENGTH,
            grafts=tuple(Graft(part, ids[(i + shift) % len(seeds)], last) for part in PARTS),
        )
        for shift in SHIFTS
        for i, seed in enumerate(seeds)
    ]
    runs = list(dict.fromkeys(runs))
    shifts = SHIFTS[: len(runs) // len(seeds)]
    trajectory = lab.train(runs, chosen.recording(dense=2), "induction: layer 1 from trained networks")
    curves = stack_runs(trajectory, chosen, shift=shifts, seed=seeds)
    found = learning_times(curves["loss"])
    times, learnt = found["time"].values, found["observed"].values
    full = learning_times(stack_runs(networks.trajectory, chosen, seed=seeds)["loss"])["time"].values
    other = np.exp(np.log(times[1:]).mean(axis=0))
    foreign, own = ratio(other, times[0]), ratio(times[0], full)
    parts = {
        "another seed's layer 1 is much slower than the own": foreign.value >= 1.5 and foreign.low > 1,
        "the own is faster than training everything": own.high < 1,
    }
    verdict = judge(
        lab,
        CLAIM,
        parts,
        f"learning time with other seeds' layer 1 over that with the own {words(foreign)}; with the own "
        f"over training everything {words(own)}; with others' over training everything "
        f"{words(ratio(other, full))}; {int((~learnt).sum())} of {learnt.size} runs do not learn in their "
        "time (lower bounds)",
        foreign,
        learnt.size,
    )
    kept = curves[["loss"]].assign(
        learning_time=found["time"], learnt=found["observed"], full_learning_time=("seed", full)
    )
    return Outcome((verdict,), kept, trajectory.runs)


def weights_cost(scale: str) -> int:
    """Return the run-steps of the main runs and of those with grafts."""
    chosen = setting(scale)
    return cost(scale) + min(len(SHIFTS), len(chosen.seeds)) * len(chosen.seeds) * chosen.lasting(LENGTH)


WEIGHTS = Experiment(CLAIM, weights, weights_cost)
