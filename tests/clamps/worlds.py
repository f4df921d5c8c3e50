"""A task of random vectors, models with weights away from their special initial values, and the same in plain NumPy."""

import itertools
from dataclasses import dataclass

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from dynamicl.clamps import forward_recorded
from dynamicl.models import TransformerSpec, null_tap, sites
from dynamicl.specs import register
from dynamicl.tasks import FewShot, interface_of
from dynamicl.tasks._exemplars import Pictures
from dynamicl.training import OptimizerSpec, RunSpec


@register("test-pairs")
@dataclass(frozen=True)
class PairsSpec:
    """Few-shot classification of random vectors."""

    ways: int = 2
    shots: int = 1
    labels: int = 3
    classes: int = 8
    features: int = 5

    def prepare(self):
        rows = np.random.default_rng(0).normal(size=(self.classes, self.features)).astype(np.float32)
        sets = jnp.array(list(itertools.combinations(range(self.labels), self.ways)), jnp.int32)
        pictures = Pictures(None, np.arange(self.classes))
        return {"train": FewShot(jnp.asarray(rows), sets, None, 1, self.shots, self.labels, pictures, (0, 0))}

    def bind(self, task, world):
        return task


class Squash(eqx.Module):
    """One hidden layer that reads the query's vector, for closed forms."""

    rise: jax.Array
    fall: jax.Array

    def __call__(self, tokens, tap=null_tap):
        return tap("logits", tap("hidden", jnp.tanh(tokens.exemplars[-1] @ self.rise)) @ self.fall)


@register("test-squash")
@dataclass(frozen=True)
class SquashSpec:
    hidden: int = 4

    def build(self, interface, key):
        first, second = jax.random.split(key)
        shapes = (interface.tokens.exemplars.shape[-1], self.hidden), (self.hidden, interface.outputs)
        return Squash(jax.random.normal(first, shapes[0]), jax.random.normal(second, shapes[1]))


MODEL = TransformerSpec(2, 2, 8)
RUN = RunSpec(PairsSpec(), MODEL, OptimizerSpec("adam", 1e-2), steps=10, batch_size=4)


def untouched(name, value):
    return value


@dataclass
class World:
    """A model, its task and a batch."""

    model: object
    task: FewShot
    sequences: object

    @property
    def sites(self):
        return sites(self.model, self.task.inputs(jax.tree.map(lambda leaf: leaf[0], self.sequences.tokens)))

    @property
    def size(self):
        return len(self.sequences.target)

    @property
    def roles(self):
        return jax.tree.map(np.asarray, self.sequences.roles)

    def logits(self, cases, step=0):
        """Logits under each of some named sets of clamps, by the code under test; one program for all of them."""
        found = self.recorded(cases, (), step)
        return {name: logits for name, (logits, _) in found.items()}

    def recorded(self, cases, names, step=0, model=None):
        """Logits and sites of the main pass under each of some named sets of clamps."""

        def compute(model, sequences, step):
            return {
                case: forward_recorded(model, self.task, sequences, clamps, step, names)
                for case, clamps in cases.items()
            }

        found = jax.jit(compute)(model or self.model, self.sequences, jnp.int32(step))
        return jax.tree.map(np.asarray, found)

    def one(self, i, tap=untouched):
        """Logits of one sequence by plain formulas in float64."""
        rows, labels = (np.asarray(part[i]) for part in self.sequences.tokens)
        weights = jax.tree.map(lambda leaf: np.asarray(leaf, np.float64), self.model)
        compute = plain_squash if isinstance(self.model, Squash) else plain_transformer
        return compute(weights, np.asarray(self.task.features, np.float64)[rows], labels, tap)

    def loop(self, tap_for=lambda i: untouched):
        """Logits of every sequence, one by one, each under its own tap."""
        return np.stack([self.one(i, tap_for(i)) for i in range(self.size)])

    def seen(self, i, tap=untouched):
        """Every intermediate of one sequence by name."""
        kept = {}

        def keep(name, value):
            kept[name] = tap(name, value)
            return kept[name]

        self.one(i, keep)
        return kept


def plain_squash(weights, exemplars, labels, tap):
    return tap("logits", tap("hidden", np.tanh(exemplars[-1] @ weights.rise)) @ weights.fall)


def plain_transformer(weights, exemplars, labels, tap):
    """Every row of every layer, rotary or learnt positions."""
    spec, embed = weights.spec, weights.embed
    length = 2 * len(exemplars) - 1
    x = np.empty((length, spec.d_model))
    x[::2] = exemplars @ embed.exemplar.weight + embed.exemplar.bias
    x[1::2] = embed.label[labels]
    x = tap("embed.tokens", x)
    if weights.positions is not None:
        x = x + tap("embed.positions", weights.positions)
    for i, block in enumerate(weights.blocks):
        x = tap(f"layers.{i}.pre", x)
        x = x + attend(block.attention, x, tap, f"layers.{i}.attn")
        x = tap(f"layers.{i}.post", x)
    x = tap("norm.out", normalise(x[-1], weights.norm))
    return tap("logits", x @ weights.unembed.weight + weights.unembed.bias)


def attend(part, x, tap, name):
    x = tap(f"{name}.norm", normalise(x, part.norm))
    length, d = x.shape
    q, k, v = (
        tap(f"{name}.{letter}", (x @ w).reshape(length, part.heads, -1).transpose(1, 0, 2))
        for letter, w in (("q", part.w_q), ("k", part.w_k), ("v", part.w_v))
    )
    if part.rotary_base:
        q, k = rotated(q, part.rotary_base), rotated(k, part.rotary_base)
    scores = q @ k.transpose(0, 2, 1) / np.sqrt(d // part.heads)
    past = np.tril(np.ones((length, length), bool)) if part.causal else np.ones((length, length), bool)
    pattern = softmax(np.where(past, tap(f"{name}.scores", scores), -1e30))
    pattern = np.where(past, tap(f"{name}.pattern", pattern), 0)
    out = tap(f"{name}.head_out", pattern @ v)
    return tap(f"{name}.out", out.transpose(1, 0, 2).reshape(length, d) @ part.w_o)


def normalise(x, norm):
    centred = x - x.mean(-1, keepdims=True)
    return centred / np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-5) * norm.scale + norm.shift


def rotated(x, base):
    angles = np.arange(x.shape[1])[:, None] * base ** (-np.arange(0, x.shape[2], 2) / x.shape[2])
    turned = (x[..., ::2] + 1j * x[..., 1::2]) * np.exp(1j * angles)
    return np.stack([turned.real, turned.imag], axis=-1).reshape(x.shape)


def softmax(scores):
    weights = np.exp(scores - scores.max(-1, keepdims=True))
    return weights / weights.sum(-1, keepdims=True)


def world(ways=2, shots=1, labels=None, model=MODEL, seed=0, size=5):
    task = PairsSpec(ways, shots, labels or ways + 1, classes=ways + 3).prepare()["train"]
    built = model.build(interface_of(task), jax.random.key(seed))
    rng = np.random.default_rng(seed)
    leaves, tree = jax.tree.flatten(built)
    stirred = [
        leaf + 0.3 * rng.normal(size=leaf.shape).astype(np.float32) for leaf in map(np.asarray, leaves)
    ]
    model = jax.tree.map(jnp.asarray, jax.tree.unflatten(tree, stirred))
    return World(model, task, task.batch(jax.random.key(seed + 1), size))


def replacing(values):
    """A tap that replaces whole values by site."""
    return lambda name, value: values.get(name, value)


def putting(site, index, value):
    """A tap that replaces part of one site's value."""

    def tap(name, x):
        if name == site:
            x = x.copy()
            x[index] = value
        return x

    return tap


def chained(*taps):
    """Taps one after the other."""

    def tap(name, x):
        for one in taps:
            x = one(name, x)
        return x

    return tap
