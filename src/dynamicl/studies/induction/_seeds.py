"""Figure C.6: over heads of all seeds, induction strength goes with what a head can do alone, and how fast."""

import numpy as np
import xarray as xr

from dynamicl.circuits import clamped_scores, keep_each
from dynamicl.statistics import correlation_interval
from dynamicl.studies._experiment import Experiment, Lab, Outcome

from ._curves import learning_times, stack_runs
from ._judge import judge, words
from ._networks import main_networks
from ._plateau import cost
from ._sequences import sample
from ._settings import HEADS
from ._single_head import single_head_cost, single_heads

CLAIM = "induction.seeds"


def seeds(lab: Lab) -> Outcome:
    """Correlate each head's induction strength in the full network with its accuracy, loss and learning time alone.

    Accuracy and loss are the trained full network's with all other layer-2 heads silenced; the learning time
    is that of a run trained with the head alone. The claim is held to have reproduced where, over 8 heads a
    seed, strength correlates (Spearman) positively with accuracy and negatively with loss and with learning
    time, with intervals that exclude 0.
    """
    networks = main_networks(lab)
    chosen = networks.chosen
    loaded = networks.load()
    task = loaded.tasks["train"]
    scores = clamped_scores(loaded.model, task, sample(task), [keep_each(1, HEADS)] * len(chosen.seeds))
    trajectory = single_heads(lab, chosen)
    found = learning_times(stack_runs(trajectory, chosen, head=range(HEADS), seed=chosen.seeds)["loss"])
    times = found["time"].transpose("seed", "head").values
    strength = networks.strength.ravel()
    measured = {"accuracy": scores.accuracy, "loss": scores.mean_loss, "learning time": times}
    linked = {
        name: correlation_interval(strength, values.ravel(), kind="spearman") if np.ptp(values) > 0 else None
        for name, values in measured.items()
    }
    signs = {"accuracy": 1, "loss": -1, "learning time": -1}
    parts = {
        f"strength goes with {name}": one is not None and min(sign * one.low, sign * one.high) > 0
        for (name, one), sign in zip(linked.items(), signs.values(), strict=True)
    }
    straight = {
        name: np.corrcoef(strength, values.ravel())[0, 1]
        for name, values in measured.items()
        if np.ptp(values) > 0
    }
    told = ", ".join(
        f"{name} {words(one)} (Pearson {straight[name]:.2f})" if one else f"{name} the same throughout"
        for name, one in linked.items()
    )
    verdict = judge(
        lab,
        CLAIM,
        parts,
        f"rank correlation of induction strength with {told}; {int((~found['observed'].values).sum())} of "
        f"{times.size} learning times censored",
        linked["learning time"],
        times.size,
    )
    dims = ("seed", "head")
    data = xr.Dataset(
        {
            "induction_strength": (dims, networks.strength),
            "accuracy": (dims, scores.accuracy),
            "loss": (dims, scores.mean_loss),
            "learning_time": (dims, times),
            "learnt": (dims, found["observed"].transpose("seed", "head").values),
        },
        {"seed": list(chosen.seeds), "head": range(HEADS)},
    )
    return Outcome((verdict,), data, (*networks.trajectory.runs, *trajectory.runs))


SEEDS = Experiment(CLAIM, seeds, lambda scale: cost(scale) + single_head_cost(scale))
