"""Two ways of learning a context, in the lab's own networks: reading it, or a few steps of gradient descent on it.

The protocol is the one for language models. Every exemplar-label pair of a context is a demonstration of its own: the
exemplar alone, its label to be said. One pass, one demonstration a step, plain gradient descent on the projections to
keys and values. What is compared is the query's attention output: alone, behind its context, and alone in the trained
network. A hundred contexts of five tokens take a two-layer network about half a second for six rates.
"""

import functools
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import optax
from jaxtyping import Array, Bool, Float, Int

from dynamicl.models import PairTokens, Transformer, record
from dynamicl.tasks import Sequence

RATES = (0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
"""Learning rates, of which a network's is chosen: the largest with which the demonstrations' loss falls."""


class Look(NamedTuple):
    """What a network does at a query.

    Attributes:
        outputs: attention outputs at the query.
        maps: every head's score of the query on itself, before the softmax.
        right: whether the best of the context's labels is the right one.
    """

    outputs: Float[Array, "*axes layer d_model"]
    maps: Float[Array, "*axes layer head"]
    right: Bool[Array, "*axes"]


class Ways(NamedTuple):
    """Both ways of learning, for many networks and contexts.

    Attributes:
        zero_shot: the query alone, axes (model, sequence).
        in_context: behind its context, axes (model, sequence).
        tuned: alone, after training on its context's pairs, axes (model, sequence, rate).
        other: alone, after training on the pairs of another context, axes (model, sequence, rate).
        before: mean loss of the own demonstrations before training, nats, (model, sequence).
        after: the same after training, (model, sequence, rate).
    """

    zero_shot: Look
    in_context: Look
    tuned: Look
    other: Look
    before: Float[Array, "model sequence"]
    after: Float[Array, "model sequence rate"]

    @property
    def chosen(self) -> Int[np.ndarray, " model"]:
        """Return the place of every network's rate: the largest with which the mean loss falls, else the smallest."""
        falls = np.asarray(self.after).mean(1) < np.asarray(self.before).mean(1)[:, None]
        largest = falls.shape[1] - 1 - falls[:, ::-1].argmax(1)
        return np.where(falls.any(1), largest, 0)


def two_ways(models: Transformer, task: Any, sequences: Sequence) -> Ways:
    """Compare reading contexts with training on them.

    Args:
        models: networks of one kind, arrays with a leading axis `model`.
        task: whose `inputs` gathers the sequences' features.
        sequences: contexts of exemplar-label pairs, each with a query.

    Returns:
        What every network does at every query, after every way of learning.
    """
    return _two_ways(models, task.inputs(sequences.tokens), sequences.target, sequences.options)


@eqx.filter_jit
def _two_ways(
    models: Transformer,
    tokens: PairTokens,
    target: Int[Array, " sequence"],
    options: Bool[Array, "sequence output"],
) -> Ways:
    others = jax.tree.map(lambda part: jnp.roll(part, 1, axis=0), tokens)
    arrays, rest = eqx.partition(models, eqx.is_array)

    def of_model(arrays: Any) -> Ways:
        model = eqx.combine(arrays, rest)
        return jax.vmap(functools.partial(_of_sequence, model))(tokens, others, target, options)

    return jax.lax.map(of_model, arrays)


def _of_sequence(
    model: Transformer,
    tokens: PairTokens,
    other: PairTokens,
    target: Int[Array, ""],
    options: Bool[Array, " output"],
) -> Ways:
    """Compare both ways of learning one context; axes of rates are last."""
    query = alone(tokens, -1)
    rates = jnp.asarray(RATES)

    def look(model: Transformer, tokens: PairTokens) -> Look:
        return look_at(model, tokens, target, options)

    trained = jax.vmap(lambda rate: key_value(train(model, tokens, rate)))(rates)
    astray = jax.vmap(lambda rate: key_value(train(model, other, rate)))(rates)
    return Ways(
        look(model, query),
        look(model, tokens),
        jax.vmap(lambda weights: look(with_key_value(model, weights), query))(trained),
        jax.vmap(lambda weights: look(with_key_value(model, weights), query))(astray),
        demonstration_loss(model, tokens),
        jax.vmap(lambda weights: demonstration_loss(with_key_value(model, weights), tokens))(trained),
    )


def alone(tokens: PairTokens, place: int) -> PairTokens:
    """Return a sequence of one exemplar.

    Args:
        tokens: of one sequence.
        place: which exemplar.
    """
    none = jnp.zeros(0, tokens.labels.dtype)
    return PairTokens(tokens.exemplars[place][None], none, tokens.label_count)


def look_at(
    model: Transformer, tokens: PairTokens, target: Int[Array, ""], options: Bool[Array, " output"]
) -> Look:
    """Look at a network's attention and answer at the last token.

    Args:
        model: the network.
        tokens: of one sequence.
        target: the right label.
        options: labels of the context.
    """
    logits, seen = record(model, tokens, ("layers.*.attn.out", "layers.*.attn.scores"))
    layers = range(len(model.blocks))
    outputs = jnp.stack([seen[f"layers.{i}.attn.out"][-1] for i in layers])
    maps = jnp.stack([seen[f"layers.{i}.attn.scores"][:, -1, -1] for i in layers])
    return Look(outputs, maps, jnp.where(options, logits, -jnp.inf).argmax() == target)


def demonstration_loss(model: Transformer, tokens: PairTokens) -> Float[Array, ""]:
    """Return the mean cross-entropy of a context's labels, each after its exemplar alone, in nats.

    Args:
        model: the network.
        tokens: of one sequence.
    """
    losses = [_loss(model, tokens, i) for i in range(tokens.labels.shape[-1])]
    return jnp.stack(losses).mean()


def _loss(model: Transformer, tokens: PairTokens, place: int) -> Float[Array, ""]:
    logits = model(alone(tokens, place))
    return optax.softmax_cross_entropy_with_integer_labels(logits, tokens.labels[place])


def train(model: Transformer, tokens: PairTokens, rate: Float[Array, ""]) -> Transformer:
    """Return the network after a pass over a context's pairs, one step of plain gradient descent each.

    Args:
        model: the network.
        tokens: of one sequence.
        rate: learning rate.
    """

    def loss(weights: list[Any], place: int) -> Float[Array, ""]:
        return _loss(with_key_value(model, weights), tokens, place)

    weights = key_value(model)
    for place in range(tokens.labels.shape[-1]):
        slopes = jax.grad(loss)(weights, place)
        weights = [weight - rate * slope for weight, slope in zip(weights, slopes, strict=True)]
    return with_key_value(model, weights)


def key_value(model: Transformer) -> list[Any]:
    """Return the weights that make keys and values, block by block."""
    return [weight for block in model.blocks for weight in (block.attention.w_k, block.attention.w_v)]


def with_key_value(model: Transformer, weights: list[Any]) -> Transformer:
    """Return the network with other weights that make keys and values."""
    return eqx.tree_at(key_value, model, weights)
