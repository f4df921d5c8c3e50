"""Small tasks of exemplars, and sequences drawn of them once for many tests."""

import jax
import numpy as np

from dynamicl.tasks import ExemplarTaskSpec
from dynamicl.tasks.exemplars import (
    Drawings,
    Gaussian,
    LabelVectors,
    Portion,
    bursty,
    ciwl,
    flip,
    icl,
    icl_only,
    iid,
    iwl,
    matched,
    mixture,
    novel,
    swap,
)

DRAWN = ExemplarTaskSpec(
    Drawings(exemplars=4),
    classes=12,
    test_classes=5,
    pairs=4,
    train=mixture(0.75, bursty(1), iid()),
    evaluators=(
        bursty(2),
        matched(2),
        icl(2),
        icl(2, held_out=True, name="icl-held-out"),
        icl_only(2),
        iwl(),
        iwl(different=False, name="iwl-repeats"),
        ciwl(),
        flip(2),
        swap(2),
        iid(),
    ),
)
MIXED = ExemplarTaskSpec(
    Gaussian(16, eps=0.5),
    classes=24,
    labels=8,
    pairs=4,
    balanced=True,
    form=LabelVectors(places=11),
    train=(Portion(bursty(2, 0), 0.5), Portion(novel(2), 0.5)),
    evaluators=(novel(1), swap(1), iid(), ciwl(), flip(2), matched(2, 0)),
)
DRAWS = 4000


def bound_tasks(spec, world=0):
    """Bind every task of a spec, by name."""
    return {name: spec.bind(task, jax.random.key(world)) for name, task in spec.prepare().items()}


def sampler(tasks, size):
    """Compile one program that draws `size` sequences of every task."""
    return jax.jit(lambda key: {name: task.batch(key, size) for name, task in tasks.items()})


def plain(sequences):
    """Return a batch as NumPy arrays: classes, exemplars, labels with the target last."""
    tokens = sequences.tokens
    labels = np.concatenate([tokens.labels, np.asarray(sequences.target)[:, None]], axis=1)
    return np.asarray(tokens.classes), np.asarray(tokens.exemplars), labels
