"""Attention patterns of trained models, whole, on fixed sequences."""

from collections.abc import Sequence
from functools import partial

import equinox as eqx
import jax
import numpy as np

from dynamicl import tasks
from dynamicl.clamps import forward_recorded
from dynamicl.lab import load_many
from dynamicl.models import with_all_rows
from dynamicl.probes._heads import stack_layers
from dynamicl.store import Trajectory

SEQUENCES = 300


def patterns(
    trajectory: Trajectory, which: Sequence[tuple[int, int | None]]
) -> tuple[np.ndarray, tasks.Sequence]:
    """Compute the attention of some models on sequences that are the same for all.

    Args:
        trajectory: holds them.
        which: index of the run and checkpoint (`None`: the last) of each.

    Returns:
        Attention of shape (model, batch, layer, head, seq, seq), and the sequences.
    """
    loaded = load_many(trajectory, which)
    task = loaded.tasks["train"]
    sequences = task.batch(jax.random.key(2), SEQUENCES)
    weights, static = eqx.partition(with_all_rows(loaded.model), eqx.is_array)

    def one(arrays: object) -> jax.Array:
        model = eqx.combine(arrays, static)
        activations = forward_recorded(model, task, sequences, (), 0, ("layers.*.attn.pattern",))[1]
        return stack_layers(activations, "attn.pattern")

    return np.asarray(jax.jit(partial(jax.lax.map, one))(weights)), sequences
