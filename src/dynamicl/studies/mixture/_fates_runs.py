"""What the finding on fates trains: minimal heads with as many labels as pairs, forked at many steps.

The full network takes some twenty times as long a step, and the toy of three logits has no data whose draw could
decide.
"""

from dataclasses import dataclass

import numpy as np

from dynamicl.lab import fork, seeds_of_forks
from dynamicl.models import ClassifierSpec, InductionHeadSpec
from dynamicl.studies._populations import Dependent, Population, Populations, Trajectories
from dynamicl.studies._scales import setting_at
from dynamicl.tasks import ExemplarTaskSpec
from dynamicl.tasks.exemplars import Gaussian, LabelVectors, Portion, bursty, novel
from dynamicl.training import At, Evaluator, Every, Recording, RunSpec, Seeds

from ._settings import IN_CONTEXT_SHARE, SHRINKS, descent

HIDDEN = 3
"""ReLU layers of the classifier, as published."""


@dataclass(frozen=True)
class Sizes:
    """A scale's numbers.

    Attributes:
        pairs: N, and L.
        classes: K, a multiple of `pairs`.
        dimensions: of items (D).
        width: of the classifier's layers.
        batch: sequences in an update.
        rate: of plain gradient descent.
        steps: updates of each run, those of the parent included.
        parents: runs that are forked; initialisation, data and world have the same number. One half of them is fitted,
            the other predicted.
        at: steps at which each is forked, rising from 0.
        forks: data seeds at each of them.
        evaluations: of each run.
        sequences: of each evaluator, and those on which a state is read.
    """

    pairs: int
    classes: int
    dimensions: int
    width: int
    batch: int
    rate: float
    steps: int
    parents: int
    at: tuple[int, ...]
    forks: int
    evaluations: int
    sequences: int


SIZES = {
    "smoke": Sizes(
        pairs=4,
        classes=16,
        dimensions=7,
        width=8,
        batch=8,
        rate=0.1,
        steps=30,
        parents=2,
        at=(0, 10),
        forks=2,
        evaluations=5,
        sequences=40,
    ),
    # At twice the rate one classifier in eight dies at once: no label's logit ever moves again.
    "laptop": Sizes(
        pairs=4,
        classes=64,
        dimensions=15,
        width=32,
        batch=32,
        rate=0.1,
        steps=7000,
        parents=12,
        at=(0, 300, 1000, 2500),
        forks=6,
        evaluations=14,
        sequences=500,
    ),
    "paper": Sizes(
        pairs=8,
        classes=256,
        dimensions=63,
        width=128,
        batch=128,
        rate=0.01,
        steps=150_000,
        parents=30,
        at=(0, 300, 1000, 3000, 10_000, 30_000),
        forks=30,
        evaluations=30,
        sequences=1000,
    ),
}


def sizes(scale: str) -> Sizes:
    """Return a scale's numbers, or raise `SpecError` naming the scales."""
    return setting_at(scale, SIZES, "the finding on fates has")


def parent_runs(size: Sizes) -> list[RunSpec]:
    """Describe the runs that are forked, one a seed."""
    shares = (round(1 - IN_CONTEXT_SHARE, 9), IN_CONTEXT_SHARE)
    kinds = (bursty(classes=0), novel(name="in-context"))
    task = ExemplarTaskSpec(
        Gaussian(size.dimensions, eps=0.0),
        classes=size.classes,
        labels=size.pairs,
        pairs=size.pairs,
        balanced=True,
        # The head reads no places.
        form=LabelVectors(0),
        train=tuple(Portion(kind, share) for kind, share in zip(kinds, shares, strict=True)),
        evaluators=(novel(),),
    )
    return [
        RunSpec(
            task=task,
            model=InductionHeadSpec(classifier=ClassifierSpec(HIDDEN, size.width)),
            optimizer=descent(SHRINKS * size.rate, size.rate),
            seeds=Seeds(init=seed, data=seed, world=seed),
            steps=size.steps,
            batch_size=size.batch,
        )
        for seed in range(size.parents)
    ]


def fork_runs(size: Sizes, parents: tuple[str, ...]) -> list[RunSpec]:
    """Describe all forks: parents outermost, then steps, then data seeds.

    Args:
        size: the scale's numbers.
        parents: ids of the runs that are forked.
    """
    runs = []
    for spec, run in zip(parent_runs(size), parents, strict=True):
        for step in size.at:
            seeds = seeds_of_forks(spec, step, size.forks)
            # Plain gradient descent has no state to keep.
            runs += [fork(spec, run, step, seed, optimizer="fresh") for seed in seeds]
    return runs


def populations(size: Sizes) -> Populations:
    """List parents and forks."""
    every = Every(max(1, size.steps // size.evaluations))
    progress = (Evaluator("novel", measures=("progress",)),)

    def recording(checkpoints: tuple[int, ...]) -> Recording:
        return Recording(every, At(checkpoints), size.sequences, (), evaluators=progress)

    parents = Population("mixture: parents of fates", tuple(parent_runs(size)), recording(size.at))
    updates = tuple(int(size.steps - step) for step in np.repeat(size.at, size.forks))

    def forked(trajectories: Trajectories) -> Population:
        runs = fork_runs(size, tuple(trajectories["fate_parents"].runs))
        return Population("mixture: fates", tuple(runs), recording(()))

    return {
        "fate_parents": parents,
        "fate_forks": Dependent(("fate_parents",), size.parents * updates, forked),
    }
