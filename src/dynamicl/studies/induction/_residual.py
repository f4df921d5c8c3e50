"""Tables C.1, C.2, Figure C.1: do later heads learn what the first one gets wrong? Mixed evidence."""

import numpy as np
import scipy
import xarray as xr

from dynamicl.circuits import Scores, clamped_scores, keep_each
from dynamicl.clamps import match
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import largest, mean, share
from dynamicl.tasks import Sequence

from ._networks import main_networks
from ._populations import experiment
from ._sequences import whole
from ._settings import HEADS, Setting

TRAINED, PERFECTED = CONDITIONS = ("as trained", "match perfected")
HARDER = Threshold(
    "accuracy of the other heads on the strongest head's mistakes minus over all, as trained", "high <", 0.0
)
SURE = 0.05
"""Chance of calling some head of a seed better on the mistakes where none is."""
HELPED = Threshold(
    "share of seeds in which, with perfected match, some other head does surely better on the mistakes",
    ">",
    0.5,
)
ONE = Threshold("other heads that do surely better there, largest over seeds", "<=", 1.0)


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Look at the sequences that a network's strongest head, alone, gets wrong: how well do the other heads do there?

    Heads are looked at alone, as trained and with their query's attention on the right label, on every distinct
    training sequence.

    Returns:
        By seed, condition and head `overall` and `on_mistakes` (NaN for the strongest head, and where it makes none);
        `mistakes` (seed, condition); `accuracy_by_label` (seed, condition, head, label); `strength` (seed, head) and
        `strongest` (seed).
    """
    networks = main_networks(trajectories)
    loaded = networks.load()
    task = loaded.tasks["train"]
    sequences, alone = whole(task, scale), keep_each(1, HEADS)
    perfected = [clamps + match(head) for head, clamps in enumerate(alone)]
    scores = clamped_scores(loaded.model, task, sequences, [[*alone, *perfected]] * len(scale.seeds))
    tables = _tables(scores, sequences, networks.strongest)
    return tables.assign_coords(seed=list(scale.seeds)).assign(
        strength=(("seed", "head"), networks.strength), strongest=("seed", networks.strongest)
    )


def _tables(scores: Scores, sequences: Sequence, strongest: list[int]) -> xr.Dataset:
    """Tabulate the accuracy of each head alone over all sequences, on the strongest's mistakes, and by label."""
    seeds = len(strongest)
    correct = scores.correct.reshape(seeds, len(CONDITIONS), HEADS, -1)
    target = np.asarray(sequences.target)
    on_mistakes = np.full((seeds, len(CONDITIONS), HEADS), np.nan)
    mistakes = np.zeros((seeds, len(CONDITIONS)), int)
    for i, k in np.ndindex(mistakes.shape):
        wrong = ~correct[i, k, strongest[i]]
        mistakes[i, k] = wrong.sum()
        if wrong.any():
            on_mistakes[i, k] = correct[i, k][:, wrong].mean(axis=1)
            on_mistakes[i, k, strongest[i]] = np.nan
    labels = range(target.max() + 1)
    by_label = np.stack([correct[..., target == label].mean(axis=-1) for label in labels], axis=-1)
    dims = ("seed", "condition", "head")
    return xr.Dataset(
        {
            "overall": (dims, correct.mean(axis=-1)),
            "on_mistakes": (dims, on_mistakes),
            "mistakes": (dims[:2], mistakes),
            "accuracy_by_label": ((*dims, "label"), by_label),
        },
        {"condition": list(CONDITIONS), "head": range(HEADS), "label": labels},
    )


def gain(data: xr.Dataset, condition: str) -> np.ndarray:
    """Return accuracy on the strongest head's mistakes minus over all, shape (seed, head); NaN for itself."""
    difference = (data["on_mistakes"] - data["overall"]).sel(condition=condition)
    return difference.transpose("seed", "head").values


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """The evidence is mixed: mistakes are harder sequences, yet with perfected match one other head helps out.

    Seeds whose strongest head makes no mistakes say nothing. That pairs speak against is judged by `induction.pairs`.
    """
    trained = gain(data, TRAINED)
    typical = [np.nanmean(row) for row in trained if np.isfinite(row).any()]
    better = surely_better(data)
    return (
        HARDER.part(mean(typical), len(typical)),
        HELPED.part(share(better > 0), len(better)),
        ONE.part(largest(better), len(better)),
    )


def surely_better(data: xr.Dataset) -> np.ndarray:
    """Count, by seed with mistakes, the heads that do better on them than over all, by more than chance explains.

    An exact binomial test a head, with perfected match, at `SURE` over the heads of a seed.
    """
    found = data.sel(condition=PERFECTED).transpose("seed", "head", ...)
    counts = []
    for mistakes, on_them, overall in zip(
        found["mistakes"].values, found["on_mistakes"].values, found["overall"].values, strict=True
    ):
        others = np.isfinite(on_them)
        if not others.any():
            continue
        right = np.rint(on_them[others] * mistakes)
        chance = scipy.stats.binom.sf(right - 1, mistakes, overall[others])
        counts.append(int((chance < SURE / others.sum()).sum()))
    return np.array(counts, int)


def note(data: xr.Dataset) -> str:
    """Count mistakes, and say how the best and the second strongest heads do on them."""
    perfected, strength = gain(data, PERFECTED), data["strength"].transpose("seed", "head").values
    second = np.argsort(strength, axis=1)[:, -2]
    best = np.nan_to_num(perfected, nan=-1.0).max(axis=1)
    counts = {name: data["mistakes"].sel(condition=name).values.tolist() for name in CONDITIONS}
    return (
        f"mistakes by seed: as trained {counts[TRAINED]}, with match perfected {counts[PERFECTED]}; there the best "
        f"other head gains {best.round(2).tolist()}, the second strongest "
        f"{perfected[np.arange(len(second)), second].round(2).tolist()}"
    )


RESIDUAL = experiment(
    "induction.residual",
    ["main"],
    measure=measure,
    judge=judge,
    criterion=(HARDER, HELPED, ONE),
    note=note,
)
