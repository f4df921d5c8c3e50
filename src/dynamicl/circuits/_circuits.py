"""Circuits of trained models: what every head, and every path through two heads, is worth to the answer.

Everything here is a set of clamps put on many trained models at once (checkpoints of a run, networks of several
seeds): sets of one structure share one compiled program, and which heads they touch is data. On a CPU 5,000 sequences
of five tokens take a two-layer network about 0.05 s a set of clamps.
"""

import functools
import itertools
import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax.sharding import NamedSharding, PartitionSpec
from jaxtyping import Array, Bool, Float, Float32

from dynamicl import tasks
from dynamicl.clamps import Clamp, ablate_heads, check_clamps, forward, given_clamps, keep_heads, only_path
from dynamicl.models import Transformer, sites
from dynamicl.specs import SpecError, check, merge, split, stacked, to_json
from dynamicl.training import run_mesh

CHUNK = 250
"""Sequences computed together: few enough that their activations stay in a core's cache."""

MOST_SHAPLEY_HEADS = 10

Clamps = tuple[Clamp, ...]


class Scores(NamedTuple):
    """How models answer under clamps.

    Attributes:
        loss: cross-entropy of every answer, nats.
        correct: whether the best of all outputs is right.
        correct_in_context: whether the best of the outputs that occur in the context is right.
    """

    loss: Float32[np.ndarray, "model variant sequence"]
    correct: Bool[np.ndarray, "model variant sequence"]
    correct_in_context: Bool[np.ndarray, "model variant sequence"]

    @property
    def accuracy(self) -> Float[np.ndarray, "model variant"]:
        """Share of right answers."""
        return self.correct.mean(axis=-1)

    @property
    def accuracy_in_context(self) -> Float[np.ndarray, "model variant"]:
        """Share of right answers among the outputs that occur in the context."""
        return self.correct_in_context.mean(axis=-1)

    @property
    def mean_loss(self) -> Float[np.ndarray, "model variant"]:
        """Mean cross-entropy, nats."""
        return self.loss.mean(axis=-1, dtype=np.float64)


def clamped_scores(
    models: Any, task: Any, sequences: tasks.Sequence, variants: Sequence[Sequence[Clamps]]
) -> Scores:
    """Score many trained models under many sets of clamps each.

    Args:
        models: one model whose arrays have a leading axis `model` (`dynamicl.lab.load_many`).
        task: whose `inputs` they read.
        sequences: with leading axis batch.
        variants: for every model its sets of clamps, the same number for each; an empty set is the clean model.
            Windows are taken at step 0, and means over a batch (`Mean`) over `CHUNK` sequences.

    Raises:
        SpecError: a clamp that misses, or not as many sets for every model.

    References:
        Thesis Figure 4.2 (ablations through cached activations).
    """
    weights, static = eqx.partition(models, eqx.is_array)
    count = _how_many(weights)
    sizes = sorted({len(sets) for sets in variants})
    check(
        len(variants) == count and len(sizes) == 1 and sizes[0] > 0,
        f"`variants` has sets for {len(variants)} models, {sizes} each: give {count} models' sets, as many for each",
    )
    groups = _groups(
        eqx.combine(jax.tree.map(lambda leaf: leaf[0], weights), static), task, sequences, variants
    )
    batch = sequences.target.shape[0]
    loss = np.empty((count, sizes[0], batch), np.float32)
    correct, in_context = (np.empty((count, sizes[0], batch), bool) for _ in range(2))
    chunks = _chunks(sequences)
    for structure, members in groups:
        places, arrays = zip(*members, strict=True)
        model, variant = np.array(places).T
        found = _score(weights, static, task, chunks, structure, model, stacked(arrays))
        for table, values in zip((loss, correct, in_context), found, strict=True):
            table[model, variant] = np.asarray(values).reshape(len(members), -1)[:, :batch]
    return Scores(loss, correct, in_context)


def _how_many(weights: Any) -> int:
    """Return how many models stand side by side in arrays."""
    firsts = {leaf.shape[:1] for leaf in jax.tree.leaves(weights)}
    check(
        len(firsts) == 1 and () not in firsts,
        "`models` is one model: give several side by side, as `load_many` returns them",
    )
    ((count,),) = firsts
    return count


def _groups(
    model: Any, task: Any, sequences: tasks.Sequence, variants: Sequence[Sequence[Clamps]]
) -> list[tuple[Any, list[tuple[tuple[int, int], dict[str, np.ndarray]]]]]:
    """Put together the sets of clamps that one program can compute: structure, and (model, variant) with arrays."""
    known = sites(model, task.inputs(jax.tree.map(lambda leaf: leaf[0], sequences.tokens)))
    groups: dict[str, tuple[Any, list]] = {}
    for i, sets in enumerate(variants):
        for j, clamps in enumerate(sets):
            clamps = given_clamps(clamps)
            check_clamps(clamps, known)
            static, arrays = split(clamps)
            shapes = {path: value.shape for path, value in sorted(arrays.items())}
            groups.setdefault(f"{to_json(static)}{shapes}", (static, []))[1].append(((i, j), arrays))
    return list(groups.values())


def _chunks(sequences: tasks.Sequence) -> tasks.Sequence:
    """Cut a batch into chunks (the last one filled up by repetition), each spread over the devices."""
    batch, mesh = sequences.target.shape[0], run_mesh()
    size = math.ceil(min(CHUNK, batch) / mesh.size) * mesh.size
    places = np.arange(math.ceil(batch / size) * size) % batch
    sharding = NamedSharding(mesh, PartitionSpec(None, "run"))

    def cut(leaf: Any) -> Array:
        return jax.device_put(np.asarray(leaf)[places].reshape(-1, size, *leaf.shape[1:]), sharding)

    return jax.tree.map(cut, sequences)


@eqx.filter_jit
def _score(
    weights: Any,
    static: Any,
    task: Any,
    chunks: tasks.Sequence,
    structure: Any,
    which: Any,
    arrays: Any,
) -> tuple[Array, Array, Array]:
    def variant(one: tuple[Array, dict[str, Array]]) -> tuple[Array, Array, Array]:
        model = eqx.combine(jax.tree.map(lambda leaf: leaf[one[0]], weights), static)
        clamps = merge(structure, one[1])

        def chunk(part: tasks.Sequence) -> tuple[Array, Array, Array]:
            logits = forward(model, task, part, clamps, jnp.int32(0))
            loss = optax.softmax_cross_entropy_with_integer_labels(logits, part.target)
            best = jnp.argmax(logits, axis=-1)
            best_in_context = jnp.argmax(jnp.where(part.options, logits, -jnp.inf), axis=-1)
            return loss, best == part.target, best_in_context == part.target

        return jax.lax.map(chunk, chunks)

    return jax.lax.map(variant, (jnp.asarray(which), jax.tree.map(jnp.asarray, arrays)))


def ablate_each(layer: int, heads: int) -> list[Clamps]:
    """Return one set of clamps a head, each silencing that head alone."""
    return [ablate_heads(layer, [head]) for head in range(heads)]


def keep_each(layer: int, heads: int) -> list[Clamps]:
    """Return one set of clamps a head, each silencing all of the layer but that head."""
    return [keep_heads(layer, [head], heads) for head in range(heads)]


def single_paths(
    models: Any, task: Any, sequences: tasks.Sequence, preserved: Sequence[str]
) -> Float[np.ndarray, "model first second"]:
    """Measure the accuracy of every single path: one head of layer 1, one of layer 2, all others silenced.

    Args:
        models: one two-layer model whose arrays have a leading axis `model`.
        task: whose `inputs` they read.
        sequences: with leading axis batch.
        preserved: what layer 2 keeps from a clean pass: `("v",)` leaves the path only its part in layer 2's
            patterns, `("pattern",)` only its part in the values.

    Returns:
        Accuracies by layer-1 head and layer-2 head.

    Raises:
        SpecError: the model is no transformer of two layers.

    References:
        Thesis C.3, Figure C.3b.
    """
    heads = _two_layers(models)
    sets = [only_path(i, j, heads, preserved) for i, j in itertools.product(range(heads), repeat=2)]
    count = jax.tree.leaves(eqx.filter(models, eqx.is_array))[0].shape[0]
    accuracy = clamped_scores(models, task, sequences, [sets] * count).accuracy
    return accuracy.reshape(count, heads, heads)


def _two_layers(model: Any) -> int:
    if not isinstance(model, Transformer) or len(model.blocks) != 2:
        what = f"{len(model.blocks)} layers" if isinstance(model, Transformer) else type(model).__name__
        raise SpecError(
            f"paths are from layer 1 to layer 2, the model is of {what}: give a transformer of two layers"
        )
    return model.blocks[0].attention.heads


def composition_scores(model: Any) -> dict[str, Float[np.ndarray, "first second"]]:
    """Measure from the weights how much of what a layer-1 head writes a layer-2 head reads.

    The score is |W_O W|_F / (|W_O|_F |W|_F) with W_O of the first head and W_Q, W_K or W_V of the second, the latter
    as they stand (layer normalisation left out).

    Args:
        model: a trained transformer of two layers.

    Returns:
        Scores (0 to 1) by `q`, `k`, `v`.

    Raises:
        SpecError: the model is no transformer of two layers, or several in one.

    References:
        Thesis C.3 (Q-, K- and V-composition, Figure C.3c).
    """
    heads = _two_layers(model)
    first, second = (block.attention for block in model.blocks)
    check(
        first.w_o.ndim == 2,
        "`model` is several models in one (`load_many`, `stack`): give one at a time, as `load` returns it",
    )
    written = np.asarray(first.w_o, np.float64).reshape(heads, -1, first.w_o.shape[1])
    found = {}
    for name in ("q", "k", "v"):
        table = np.asarray(getattr(second, f"w_{name}"), np.float64)
        read = np.moveaxis(table.reshape(table.shape[0], heads, -1), 1, 0)
        both = np.einsum("iam,jmb->ijab", written, read)
        sizes = np.linalg.norm(written, axis=(1, 2))[:, None] * np.linalg.norm(read, axis=(1, 2))
        found[name] = np.linalg.norm(both, axis=(2, 3)) / sizes
    return found


def loss_attribution(
    models: Any, task: Any, sequences: tasks.Sequence, layer: int
) -> Float[np.ndarray, "model head"]:
    """Attribute the loss that a layer saves to its heads, by Shapley values over all sets of heads.

    A head's value is its mean saving when it joins the others in a random order. Unlike ablations one by one or
    all-but-one, values share what is redundant, and add up: to the loss with the whole layer silenced minus the loss.

    Args:
        models: one transformer whose arrays have a leading axis `model`.
        task: whose `inputs` they read.
        sequences: with leading axis batch.
        layer: from 0.

    Returns:
        Savings in nats, by head.

    Raises:
        SpecError: no such layer, or one with more heads than all sets of them can be tried for.
    """
    check(
        isinstance(models, Transformer) and 0 <= layer < len(models.blocks),
        f"`layer` is {layer}: give one of a transformer's layers, from 0",
    )
    heads = models.blocks[layer].attention.heads
    check(
        heads <= MOST_SHAPLEY_HEADS,
        f"layer {layer} has {heads} heads: all sets of heads are tried for {MOST_SHAPLEY_HEADS} at most; ablate heads "
        "one by one",
    )
    silenced = [_heads_in(code, heads) for code in range(1, 2**heads)]
    count = _how_many(eqx.filter(models, eqx.is_array))
    sets = [(), *(ablate_heads(layer, some) for some in silenced)]
    loss = clamped_scores(models, task, sequences, [sets] * count).mean_loss
    return loss @ _shapley_weights(heads)


def _heads_in(code: int, heads: int) -> tuple[int, ...]:
    """Read a set of heads off the bits of a number."""
    return tuple(head for head in range(heads) if code >> head & 1)


@functools.cache
def _shapley_weights(heads: int) -> Float[np.ndarray, "set head"]:
    """Weights of the loss with each set of heads silenced (sets by their binary code) in each head's value."""
    weights = np.zeros((2**heads, heads))
    for code in range(2**heads):
        size = code.bit_count()
        for head in range(heads):
            if code >> head & 1:
                share = math.factorial(size - 1) * math.factorial(heads - size) / math.factorial(heads)
                weights[code, head] += share
                weights[code ^ (1 << head), head] -= share
    return weights
