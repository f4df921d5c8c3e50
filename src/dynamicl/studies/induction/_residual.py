"""Tables C.1, C.2, Figure C.1: do later heads learn what the first one gets wrong? Mixed evidence."""

import numpy as np
import xarray as xr

from dynamicl.circuits import Scores, clamped_scores, keep_each
from dynamicl.clamps import match
from dynamicl.statistics import mean_interval
from dynamicl.studies._experiment import Experiment, Lab, Outcome
from dynamicl.tasks import Sequence

from ._judge import judge, words
from ._networks import main_networks
from ._plateau import cost
from ._sequences import every_sequence
from ._settings import HEADS

CLAIM = "induction.residual"
CONDITIONS = ("as trained", "match perfected")


def residual(lab: Lab) -> Outcome:
    """Look at the sequences that a network's strongest head, alone, gets wrong: how well do the other heads do there?

    Heads are looked at alone, as trained and with their query's attention on the right label, on every distinct
    training sequence. The evidence is mixed, as claimed, where as trained the other heads do worse on the strongest
    head's mistakes than over all sequences (mean difference over heads and seeds below 0 with its interval), so that
    mistakes are harder sequences; while with perfected match, in most seeds, at least one other head does
    better on the strongest head's mistakes than over all.
    """
    networks = main_networks(lab)
    loaded = networks.load()
    task = loaded.tasks["train"]
    sequences = every_sequence(task)
    alone = keep_each(1, HEADS)
    sets = [*alone, *(kept + match(head) for head, kept in enumerate(alone))]
    scores = clamped_scores(loaded.model, task, sequences, [sets] * len(networks.chosen.seeds))
    tables = _tables(scores, sequences, networks.strongest)
    gain = tables["on_mistakes"] - tables["overall"]
    harder = mean_interval(gain.sel(condition=CONDITIONS[0]).mean("head").values)
    perfected = gain.sel(condition=CONDITIONS[1])
    helped = (perfected.fillna(-1.0).max("head") > 0).values
    second = _second(networks.strength)
    parts = {
        "the strongest head's mistakes are harder for the others": harder.high < 0,
        "with perfected match some other head does better on them": bool(helped.mean() > 0.5),
    }
    verdict = judge(
        lab,
        CLAIM,
        parts,
        "accuracy of the other heads on the strongest head's mistakes minus over all: as trained "
        f"{words(harder)}; with perfected match {perfected.mean('head').values.round(2).tolist()}, the best "
        f"head {perfected.max('head').values.round(2).tolist()}, the second strongest "
        f"{[round(float(perfected.values[i, h]), 2) for i, h in enumerate(second)]} a seed; mistakes of "
        f"78,400: as trained {tables['mistakes'].sel(condition=CONDITIONS[0]).values.tolist()}, perfected "
        f"{tables['mistakes'].sel(condition=CONDITIONS[1]).values.tolist()}",
        harder,
        len(second),
    )
    data = tables.assign_coords(seed=list(networks.chosen.seeds)).assign(
        strength=(("seed", "head"), networks.strength), strongest=("seed", networks.strongest)
    )
    return Outcome((verdict,), data, networks.trajectory.runs)


def _second(strength: np.ndarray) -> list[int]:
    return [int(head) for head in np.argsort(strength, axis=1)[:, -2]]


def _tables(scores: Scores, sequences: Sequence, strongest: list[int]) -> xr.Dataset:
    """Accuracy of each head alone over all sequences, on the strongest's mistakes (itself NaN), and by label."""
    count = len(strongest)
    correct = scores.correct.reshape(count, len(CONDITIONS), HEADS, -1)
    target = np.asarray(sequences.target)
    on_mistakes = np.full((count, len(CONDITIONS), HEADS), np.nan)
    mistakes = np.zeros((count, len(CONDITIONS)), int)
    for i, best in enumerate(strongest):
        for k in range(len(CONDITIONS)):
            wrong = ~correct[i, k, best]
            mistakes[i, k] = wrong.sum()
            if wrong.any():
                on_mistakes[i, k] = correct[i, k][:, wrong].mean(axis=1)
                on_mistakes[i, k, best] = np.nan
    by_label = np.stack(
        [correct[..., target == label].mean(axis=-1) for label in range(target.max() + 1)], axis=-1
    )
    dims = ("seed", "condition", "head")
    return xr.Dataset(
        {
            "overall": (dims, correct.mean(axis=-1)),
            "on_mistakes": (dims, on_mistakes),
            "mistakes": (dims[:2], mistakes),
            "accuracy_by_label": ((*dims, "label"), by_label),
        },
        {"condition": list(CONDITIONS), "head": range(HEADS), "label": range(by_label.shape[-1])},
    )


RESIDUAL = Experiment(CLAIM, residual, cost)
