"""The lookup study's runs at each scale.

`paper` is the report's setting: encoders of width 512, 26 keys and values, AdamW at rate 1e-4. What the report leaves
out is chosen here: batch 64 (and 32 beside it, to see whether the conclusions hang on it), 4,000 steps of warm-up,
weight decay 0.01, and n uniform in 1 to 26 as its equation 8 has it; its plateau of 0.2 would rather belong to five
pairs throughout. Nobody ran it here: experiments say what it would cost.

`laptop` is a miniature in which one-head runs truly end both ways within some thousand steps; how
it was found stands beside its results (`docs/results/lookup/search.md`). `smoke` only shows that the code runs.
"""

import dataclasses
from dataclasses import dataclass

from dynamicl.models import lookup_encoder
from dynamicl.studies._scales import setting_at
from dynamicl.tasks import LookupSpec
from dynamicl.training import At, Every, OptimizerSpec, Recording, RunSpec, Seeds

from . import _curvature as _curvature  # registers the measure

EXACT = 0.95
"""Accuracy from which on a run counts as exact. S is the first of `HOLD` evaluations in a row above it.

At a constant rate solutions keep trembling between 0.94 and 1. The line was first drawn at 0.97 and moved once, in the
miniature before this one, when the ends of its runs from scratch were seen and before any fork was made.
"""
HOLD = 3
LEFT = 0.1
"""A run that ends less than this above the plateau is said never to have left it."""
INSIDE = 0.9
"""Runs converge before this share of their training where the window of S ends by itself, and not with them."""
WEIGHT_DECAY = 0.01
FEWEST = 8
"""Runs of a kind below which nothing is said of that kind."""
MEASURES = ("norms", "norms by part", "rules without exemptions", "heads", "gradient curvature")


@dataclass(frozen=True)
class Setting:
    """A scale's numbers.

    Attributes:
        task: sequences.
        d_model: width.
        learning_rate: AdamW's, after the warm-up.
        warmup: updates of linear warm-up.
        batch: sequences in an update. The report names none.
        other_batch: to see whether the conclusions hang on it.
        steps: length of runs from scratch; what has not converged by then is censored.
        fork_end: step at which forks end, and runs from one initialisation.
        every: updates between evaluations.
        sequences: of each evaluator.
        seeds: one-head runs, and as many two-head runs; initialisation and data seed are the same number.
        data_seeds: runs from one initialisation.
        other_runs: with the other batch size.
        models: runs that are forked.
        fork_first: earliest step t after 0 at which each is forked.
        fork_steps: how many steps t: 0, and then on a logarithmic axis up to nine tenths of S.
        forks: at each of them.
        neighbours: consecutive steps that are forked.
        neighbour_forks: at each of them.
    """

    task: LookupSpec
    d_model: int
    learning_rate: float
    warmup: int
    batch: int
    other_batch: int
    steps: int
    fork_end: int
    every: int
    sequences: int
    seeds: int
    data_seeds: int
    other_runs: int
    models: int
    fork_first: int
    fork_steps: int
    forks: int
    neighbours: int
    neighbour_forks: int

    @property
    def plateau(self) -> float:
        """Accuracy of guessing among the values shown."""
        return self.task.plateau

    def recording(self, checkpoints: int = 0) -> Recording:
        """Return how runs are recorded, all of them at the same steps.

        Args:
            checkpoints: evaluations from one checkpoint to the next; 0 keeps the first and the last.
        """
        keep = Every(self.every * checkpoints) if checkpoints else At(())
        return Recording(Every(self.every), keep, self.sequences, MEASURES)


def _small(pairs: int) -> LookupSpec:
    return LookupSpec(pairs=pairs, least_pairs=pairs, keys=4, values=4)


SETTINGS = {
    "smoke": Setting(
        task=_small(2),
        d_model=16,
        learning_rate=1e-2,
        warmup=20,
        batch=16,
        other_batch=32,
        steps=300,
        fork_end=300,
        every=10,
        sequences=200,
        seeds=6,
        data_seeds=6,
        other_runs=4,
        models=2,
        fork_first=20,
        fork_steps=4,
        forks=4,
        neighbours=3,
        neighbour_forks=4,
    ),
    "laptop": Setting(
        task=_small(3),
        d_model=64,
        learning_rate=6e-4,
        warmup=200,
        batch=32,
        other_batch=64,
        steps=10_000,
        fork_end=9000,
        every=100,
        sequences=500,
        seeds=64,
        data_seeds=60,
        other_runs=24,
        models=2,
        fork_first=50,
        fork_steps=10,
        forks=30,
        neighbours=11,
        neighbour_forks=16,
    ),
    "paper": Setting(
        task=LookupSpec(),
        d_model=512,
        learning_rate=1e-4,
        warmup=4000,
        batch=64,
        other_batch=32,
        steps=2_000_000,
        fork_end=300_000,
        every=1000,
        sequences=1000,
        seeds=64,
        data_seeds=60,
        other_runs=32,
        models=2,
        fork_first=100,
        fork_steps=10,
        forks=30,
        neighbours=21,
        neighbour_forks=30,
    ),
}


def setting(scale: str) -> Setting:
    """Return a scale's numbers, or raise `SpecError` naming the scales."""
    return setting_at(scale, SETTINGS, "the lookup study has")


def run(scale: Setting, init: int, data: int, heads: int = 1) -> RunSpec:
    """Describe one run: the report's encoder at the scale's width, AdamW with linear warm-up.

    Args:
        scale: the scale's numbers.
        init: seed of the weights, the report's i in M_i^j.
        data: seed of the batches, the report's j.
        heads: in each layer.

    References:
        Zhao 2023, sections 3.2 and 3.3.
    """
    return RunSpec(
        task=scale.task,
        model=lookup_encoder(heads=heads, d_model=scale.d_model),
        optimizer=OptimizerSpec(
            name="adamw",
            learning_rate=scale.learning_rate,
            weight_decay=WEIGHT_DECAY,
            schedule="warmup",
            warmup_steps=scale.warmup,
        ),
        seeds=Seeds(init=init, data=data),
        steps=scale.steps,
        batch_size=scale.batch,
    )


def main_runs(scale: Setting, heads: int = 1) -> list[RunSpec]:
    """Describe the runs from scratch, each with seeds of its own."""
    return [run(scale, seed, seed, heads) for seed in range(scale.seeds)]


FIRST_DATA_SEED = 1000
"""Data seeds of the runs from one initialisation begin here, apart from all others."""


def runs_of_one(scale: Setting, init: int) -> list[RunSpec]:
    """Describe the runs from one initialisation under different data."""
    runs = [run(scale, init, FIRST_DATA_SEED + j) for j in range(scale.data_seeds)]
    return [dataclasses.replace(spec, steps=scale.fork_end) for spec in runs]


def other_batch_runs(scale: Setting) -> list[RunSpec]:
    """Describe the runs with the other batch size."""
    runs = [run(scale, seed, seed) for seed in range(scale.other_runs)]
    return [dataclasses.replace(spec, batch_size=scale.other_batch) for spec in runs]
