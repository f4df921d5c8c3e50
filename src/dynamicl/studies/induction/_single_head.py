"""Figure 4.5b: each layer-2 head, alone from the start, learns the task, later than all of them together."""

import itertools

import numpy as np

from dynamicl.clamps import keep_heads
from dynamicl.statistics import jeffreys
from dynamicl.store import Trajectory
from dynamicl.studies._experiment import Experiment, Lab, Outcome
from dynamicl.training import RunSpec

from ._curves import learning_times, ratio, stack_runs
from ._judge import judge, words
from ._networks import main_networks
from ._plateau import cost
from ._settings import HEADS, Setting, run, setting

CLAIM = "induction.single_head"
LENGTH = 2e6
SOLVED = 0.99


def head_runs(chosen: Setting) -> list[RunSpec]:
    """Describe the runs of every head alone in every seed: heads one after the other, seeds within them.

    They are twice as long as the thesis', which leaves the slowest time to finish.
    """
    return [
        run(chosen, seed, LENGTH, keep_heads(1, [head], HEADS))
        for head, seed in itertools.product(range(HEADS), chosen.seeds)
    ]


def single_heads(lab: Lab, chosen: Setting) -> Trajectory:
    """Train (or find) every head alone in every seed. Shared by experiments."""
    return lab.train(head_runs(chosen), chosen.recording(), "induction: single heads")


def single_head(lab: Lab) -> Outcome:
    """Train with one layer-2 head at a time.

    The claim is held to have reproduced where at least 95 % of the runs (8 heads a seed) reach an accuracy of 0.99,
    at least 95 % of the runs take longer than their seed's full network until the loss is below 0.4 log 2, and the
    typical ratio of these times is above 1 with its interval.
    """
    networks = main_networks(lab)
    chosen = networks.chosen
    trajectory = single_heads(lab, chosen)
    curves = stack_runs(trajectory, chosen, head=range(HEADS), seed=chosen.seeds)
    full = stack_runs(networks.trajectory, chosen, seed=chosen.seeds)
    alone, together = learning_times(curves["loss"]), learning_times(full["loss"])
    final = curves["accuracy"].max("sequences").values
    solved = jeffreys(int((final >= SOLVED).sum()), final.size)
    slower = alone["time"].values / together["time"].values
    per_seed = np.exp(np.log(slower).mean(axis=0))
    typical = ratio(per_seed, np.ones_like(per_seed))
    best = slower[networks.strongest, np.arange(slower.shape[1])]
    parts = {
        "each head alone solves the task": solved.value >= 0.95,
        "on average later than the full network": typical.low > 1,
        "nearly all of them later": (slower > 1).mean() >= 0.95,
    }
    verdict = judge(
        lab,
        CLAIM,
        parts,
        f"{(final >= SOLVED).sum()} of {final.size} runs reach {SOLVED}; they take {words(typical)} times "
        f"as long as the full network ({slower.min():.2f} to {slower.max():.2f}; "
        f"{int((~alone['observed'].values).sum())} censored)",
        typical,
        final.size,
        f"{int((slower < 1).sum())} heads are faster alone than all eight together, among them the "
        f"strongest of {int((best < 1).sum())} of {len(best)} seeds: eight heads need not race faster than "
        "the best of them"
        if (slower > 1).mean() < 0.95
        else "",
    )
    kept = curves[["loss", "accuracy"]].assign(
        learning_time=alone["time"], learnt=alone["observed"], full_learning_time=together["time"]
    )
    kept = kept.assign(strength=(("seed", "head"), networks.strength))
    return Outcome((verdict,), kept, (*trajectory.runs, *networks.trajectory.runs))


def single_head_cost(scale: str) -> int:
    """Return the run-steps of all single heads."""
    chosen = setting(scale)
    return HEADS * len(chosen.seeds) * chosen.lasting(LENGTH)


SINGLE_HEAD = Experiment(CLAIM, single_head, lambda scale: cost(scale) + single_head_cost(scale))
