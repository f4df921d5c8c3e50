"""The sequences on which trained networks are looked at: every distinct one, or a fixed sample."""

import itertools

import jax
import jax.numpy as jnp
import numpy as np

from dynamicl.specs import check
from dynamicl.tasks import FewShot, Roles, Sequence

from ._settings import Setting

SAMPLE = 5000
SAMPLE_SEED = 20_000


def sample(task: FewShot, scale: Setting, most: int = SAMPLE) -> Sequence:
    """Draw sequences of a task from seed 20,000: the same at every call, none of a run's own seeds.

    Args:
        task: of the study.
        scale: says how many, where that is less than `most`.
        most: as many at full size.
    """
    return task.batch(jax.random.key(SAMPLE_SEED), min(scale.sample or most, most))


def whole(task: FewShot, scale: Setting) -> Sequence:
    """Return every distinct sequence of a task, or a sample at scales that say so."""
    return sample(task, scale) if scale.sample else every_sequence(task)


def every_sequence(task: FewShot) -> Sequence:
    """List every distinct sequence of a task with two pairs and one drawing a class.

    C classes and S label sets make C (C - 1) x S x 2 x 2 of them: 78,400 for the study's task (thesis C.1).

    Args:
        task: of the study.

    Raises:
        SpecError: the task has another number of pairs or drawings.
    """
    check(
        (task.ways, task.shots, task.exemplars) == (2, 1, 1),
        f"the task has {task.ways} ways, {task.shots} shots, {task.exemplars} drawings: only 2, 1, 1 can be "
        "listed; draw a sample instead",
    )
    count = task.features.shape[0]
    sets = np.asarray(task.label_sets)
    table = np.array(
        [
            (queried, other, sets[s][swap], sets[s][1 - swap], first)
            for queried, other in itertools.permutations(range(count), 2)
            for s, swap, first in itertools.product(range(len(sets)), (0, 1), (0, 1))
        ],
        np.int32,
    )
    queried, _, right, _, first = table.T
    leads = (first == 1)[:, None]
    rows = np.concatenate([np.where(leads, table[:, [0, 1]], table[:, [1, 0]]), queried[:, None]], axis=1)
    context = np.where(leads, table[:, [2, 3]], table[:, [3, 2]])
    options = np.zeros((len(table), task.labels), bool)
    options[np.arange(len(table))[:, None], context] = True
    matching = np.zeros((len(table), 5), bool)
    matching[np.arange(len(table)), np.where(first == 1, 1, 3)] = True
    labels = np.tile(np.array([False, True, False, True, False]), (len(table), 1))
    exemplars = np.tile(np.array([True, False, True, False, False]), (len(table), 1))
    roles = Roles(
        jnp.full(len(table), 4, jnp.int32),
        jnp.asarray(matching),
        jnp.asarray(labels & ~matching),
        jnp.asarray(exemplars),
    )
    tokens = (jnp.asarray(rows), jnp.asarray(context))
    return Sequence(tokens, jnp.asarray(right), jnp.asarray(options), roles)
