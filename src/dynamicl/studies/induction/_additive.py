"""Figure 4.5a: heads add up; ablations one by one hide what keeping one at a time shows."""

import numpy as np
import xarray as xr

from dynamicl.circuits import ablate_each, clamped_scores, keep_each, loss_attribution
from dynamicl.statistics import correlation_interval
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import UNKNOWN, attempt, mean, words

from ._networks import main_networks
from ._populations import experiment
from ._sequences import sample
from ._settings import HEADS, Setting

OTHERS = Threshold("accuracy lost without the costliest head but the strongest", "<", 0.005)
EXCEPT = Threshold("accuracy lost without the strongest head minus that", ">", 0.0)
ONLY = Threshold("accuracy with the strongest head alone", ">=", 0.95)
WITHOUT = Threshold("accuracy with all heads but the strongest", ">=", 0.95)
LINK = Threshold("Pearson's correlation of a head's accuracy alone with its induction strength", "low >", 0.3)
ATTRIBUTED = 1000
"""Sequences over which the loss that each head saves is averaged."""


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Ablate each layer-2 head of the trained networks, and all but each.

    Returns:
        By seed and head `induction_strength`, `accuracy_without`, `accuracy_alone`, `loss_saved`; by seed `accuracy`.
    """
    networks = main_networks(trajectories)
    loaded = networks.load()
    task = loaded.tasks["train"]
    sets = [(), *ablate_each(1, HEADS), *keep_each(1, HEADS)]
    scores = clamped_scores(loaded.model, task, sample(task, scale), [sets] * len(scale.seeds))
    saved = loss_attribution(loaded.model, task, sample(task, scale, ATTRIBUTED), 1)
    by_head = ("seed", "head")
    return xr.Dataset(
        {
            "induction_strength": (by_head, networks.strength),
            "accuracy_without": (by_head, scores.accuracy[:, 1 : HEADS + 1]),
            "accuracy_alone": (by_head, scores.accuracy[:, HEADS + 1 :]),
            "loss_saved": (by_head, saved),
            "accuracy": ("seed", scores.accuracy[:, 0]),
        },
        {"seed": list(scale.seeds), "head": range(HEADS)},
    )


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Ablating one head hides what a head can do alone, and that goes with its induction strength."""
    strength, without, alone = _tables(data)
    seeds, strongest = np.arange(len(strength)), strength.argmax(axis=1)
    lost = data["accuracy"].values[:, None] - without
    others = np.array([np.delete(row, best).max() for row, best in zip(lost, strongest, strict=True)])
    link, _ = attempt(correlation_interval, strength.ravel(), alone.ravel())
    return (
        OTHERS.sure_part(mean(others), len(seeds)),
        EXCEPT.sure_part(mean(lost[seeds, strongest] - others), len(seeds)),
        ONLY.part(mean(alone[seeds, strongest]), len(seeds)),
        WITHOUT.part(mean(without[seeds, strongest]), len(seeds)),
        LINK.part(link or UNKNOWN, strength.size),
    )


def note(data: xr.Dataset) -> str:
    """Say what the strongest head's ablation costs."""
    strength, without, _ = _tables(data)
    seeds, strongest = np.arange(len(strength)), strength.argmax(axis=1)
    lost = data["accuracy"].values - without[seeds, strongest]
    accuracy = data["accuracy"].values.mean()
    return f"ablating the strongest head costs {words(mean(lost), '.4f')} of an accuracy of {accuracy:.4f}"


def _tables(data: xr.Dataset) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    names = ("induction_strength", "accuracy_without", "accuracy_alone")
    strength, without, alone = (data[name].transpose("seed", "head").values for name in names)
    return strength, without, alone


ADDITIVE = experiment(
    "induction.additive",
    ["main"],
    measure=measure,
    judge=judge,
    criterion=(OTHERS, EXCEPT, ONLY, WITHOUT, LINK),
    note=note,
)
