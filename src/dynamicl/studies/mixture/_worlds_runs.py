"""What the finding on the two worlds trains: Reddy's world, each single change toward the thesis', and both ends.

Left out, because they are the same in all runs: pairs (the thesis has two), batch (32), bursts, and that every sequence
is bursty. They are sizes and not what the issue is about. What else the thesis' network has (norms, biases, scaled
scores, an output map, embeddings of its own) comes only with that network, as the other end.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from dynamicl.models import AttentionClassifierSpec, ClassifierSpec, TransformerSpec
from dynamicl.studies._populations import Population, Populations
from dynamicl.studies._scales import setting_at
from dynamicl.tasks import ExemplarTaskSpec
from dynamicl.tasks.exemplars import (
    Gaussian,
    LabelNumbers,
    LabelVectors,
    Portion,
    bursty,
    ciwl,
    flip,
    icl,
    iwl,
)
from dynamicl.training import At, Every, OptimizerSpec, Recording, RunSpec, Seeds

from ._settings import SHRINKS, descent

ADAM_RATE = 1e-3
"""The rate of the laptop's world of chapters 2, 3 and 5."""
HEADS = 8
LABELS, READ_OUT, ADAM, DECAY, EIGHT_HEADS, POSITIONS, EXEMPLARS = SWITCHES = (
    "a label a class",
    "linear read-out",
    "Adam",
    "no decay",
    "eight heads",
    "learnt positions",
    "finite exemplars",
)
"""What differs between the two worlds: each is one change of Reddy's."""
REDDY, ALL, THESIS = "Reddy's world", "all changes", "the thesis' network"
WORLDS = (REDDY, *SWITCHES, ALL, THESIS)
EVALUATORS = ("icl", "ciwl", "flip", "iwl")


@dataclass(frozen=True)
class Sizes:
    """A scale's numbers, the same in all worlds.

    Attributes:
        classes: K, a multiple of `labels`.
        labels: L where classes share them.
        pairs: N.
        burst: how often each class of a context stands in it.
        dimensions: of items (D).
        eps: size of the noise within a class.
        places: one-hot positions (P).
        exemplars: of each class where they are finite.
        width: of queries, keys and the classifier's layers.
        transformer: width of the thesis' network.
        batch: sequences in an update.
        rate: of plain gradient descent.
        steps: updates of each run.
        seeds: runs of each world; initialisation, data and world have the same number.
        evaluations: of each run.
        sequences: of each evaluator.
    """

    classes: int
    labels: int
    pairs: int
    burst: int
    dimensions: int
    eps: float
    places: int
    exemplars: int
    width: int
    transformer: int
    batch: int
    rate: float
    steps: int
    seeds: int
    evaluations: int
    sequences: int


SIZES = {
    "smoke": Sizes(
        classes=16,
        labels=8,
        pairs=4,
        burst=2,
        dimensions=7,
        eps=0.1,
        places=12,
        exemplars=3,
        width=8,
        transformer=16,
        batch=8,
        rate=0.1,
        steps=20,
        seeds=2,
        evaluations=10,
        sequences=40,
    ),
    "laptop": Sizes(
        classes=2048,
        labels=16,
        pairs=4,
        burst=2,
        dimensions=31,
        eps=0.75,
        places=16,
        exemplars=20,
        width=32,
        transformer=64,
        batch=32,
        rate=0.1,
        steps=12_000,
        seeds=3,
        evaluations=60,
        sequences=500,
    ),
    "paper": Sizes(
        classes=6400,
        labels=32,
        pairs=8,
        burst=2,
        dimensions=63,
        eps=0.5,
        places=65,
        exemplars=20,
        width=128,
        transformer=64,
        batch=128,
        rate=0.01,
        steps=1_000_000,
        seeds=6,
        evaluations=200,
        sequences=1000,
    ),
}


def sizes(scale: str) -> Sizes:
    """Return a scale's numbers, or raise `SpecError` naming the scales."""
    return setting_at(scale, SIZES, "the finding on two worlds has")


def switches_of(world: str) -> Collection[str]:
    """Return the changes of Reddy's world that make another one."""
    if world in (ALL, THESIS):
        return SWITCHES
    return () if world == REDDY else (world,)


def task(size: Sizes, world: str) -> ExemplarTaskSpec:
    """Describe a world's sequences.

    Evaluators: `icl` (two classes, labels drawn anew from all that there are), `ciwl`, `flip`, `iwl`.
    """
    switches = switches_of(world)
    labels = LabelVectors(0 if POSITIONS in switches else size.places)
    return ExemplarTaskSpec(
        Gaussian(size.dimensions, size.eps, exemplars=size.exemplars if EXEMPLARS in switches else 0),
        classes=size.classes,
        labels=size.classes if LABELS in switches else size.labels,
        pairs=size.pairs,
        balanced=True,
        form=LabelNumbers() if world == THESIS else labels,
        train=(Portion(bursty(size.burst, classes=0)),),
        evaluators=(icl(size.pairs // 2, among=0), ciwl(), flip(size.pairs // 2), iwl()),
    )


def model(size: Sizes, world: str) -> Any:
    """Describe a world's network."""
    if world == THESIS:
        return TransformerSpec(2, HEADS, size.transformer, positions="learnt")
    switches = switches_of(world)
    return AttentionClassifierSpec(
        heads=HEADS if EIGHT_HEADS in switches else 1,
        width=size.width,
        classifier=ClassifierSpec(0 if READ_OUT in switches else 3, size.width),
        positions="learnt" if POSITIONS in switches else "given",
    )


def optimizer(size: Sizes, world: str) -> OptimizerSpec:
    """Describe how a world's weights are updated. Decay is the same in each update, under either optimizer."""
    switches = switches_of(world)
    shrinks = 0.0 if DECAY in switches else SHRINKS * size.rate
    plain = descent(shrinks, size.rate)
    return OptimizerSpec("adam", ADAM_RATE, decays=plain.decays) if ADAM in switches else plain


def world_runs(size: Sizes, world: str) -> list[RunSpec]:
    """Describe a world's runs."""
    return [
        RunSpec(
            task=task(size, world),
            model=model(size, world),
            optimizer=optimizer(size, world),
            seeds=Seeds(init=seed, data=seed, world=seed),
            steps=size.steps,
            batch_size=size.batch,
        )
        for seed in range(size.seeds)
    ]


def populations(size: Sizes) -> Populations:
    """List the worlds, each a population of its own: they differ in shape, and what was trained is never lost."""
    recording = Recording(Every(max(1, size.steps // size.evaluations)), At(()), size.sequences, ())
    return {
        world: Population(f"mixture: {world}", tuple(world_runs(size, world)), recording) for world in WORLDS
    }
