"""Who reads a sequence has drawn it with the same bound task.

A task as it was prepared knows only what all runs of a cohort share. Bound, it has the run's own values and its world.
Everything that looks at sequences (training, evaluators, probes, examples for people, loaded models) gets the bound
task and the sequences from the functions here, together.
"""

import dataclasses
import math
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Int

from dynamicl.tasks import Sequence

from ._run import RunSpec
from ._streams import evaluator_key, stream_key

PIECE = 2000
"""Sequences that an evaluator looks at in one go: more are drawn and scored piece by piece, in bounded memory."""


def bound(spec: RunSpec, task: Any) -> Any:
    """Give a prepared task a run's own values, and draw its world.

    Args:
        spec: of the run; values may be traced.
        task: one of those that the run's task spec prepared.
    """
    return spec.task.bind(task, stream_key(spec.seeds.world, "world"))


def training_batch(spec: RunSpec, task: Any, step: Any) -> Sequence:
    """Draw the batch of the update that follows `step` earlier ones.

    Args:
        spec: of the run.
        task: the bound training task.
        step: updates made so far.
    """
    key = jax.random.fold_in(stream_key(spec.seeds.data, "data"), step)
    return task.batch(key, spec.batch_size)


def pieces(count: int) -> tuple[int, int]:
    """Cut a number of sequences into equal pieces.

    >>> pieces(1000), pieces(5000)
    ((1, 1000), (3, 1667))

    Returns:
        How many pieces, and the sequences in each; what the last one has too many is left out.
    """
    number = math.ceil(count / PIECE)
    return number, math.ceil(count / number)


def piece_of(spec: RunSpec, name: str, task: Any, size: int, index: Int[Array, ""] | int) -> Sequence:
    """Draw one piece of an evaluator's sequences: the same ones at every call.

    Args:
        spec: of the run.
        name: of the evaluator.
        task: its bound task.
        size: sequences in a piece.
        index: of the piece.
    """
    return task.batch(jax.random.fold_in(evaluator_key(spec.seeds.evaluation, name), index), size)


def evaluation(spec: RunSpec, name: str, task: Any, count: int) -> tuple[Any, Sequence]:
    """Hand out an evaluator: its bound task together with all of its sequences.

    Args:
        spec: of the run, with its own values.
        name: of the evaluator.
        task: as prepared.
        count: sequences.

    Returns:
        The bound task, and sequences with leading axis batch that say whose they are.
    """
    own = bound(spec, task)
    number, size = pieces(count)
    drawn = [piece_of(spec, name, own, size, index) for index in range(number)]
    whole = jax.tree.map(lambda *parts: jnp.concatenate(parts)[:count], *drawn)
    return own, dataclasses.replace(whole, evaluator=name)
