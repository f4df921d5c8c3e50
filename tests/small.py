"""A task and a model of one's own, as small as they can be, and specs with values that no constructor would take."""

import dataclasses

import equinox as eqx
import jax
import jax.numpy as jnp

from dynamicl.models import null_tap
from dynamicl.specs import register, vary
from dynamicl.tasks import Roles, Sequence


class SmallTask(eqx.Module):
    """Is the first number greater than the second, after a shift?"""

    shift: jax.Array
    features: int = eqx.field(static=True)

    def batch(self, key, size):
        x = jax.random.normal(key, (size, self.features))
        target = (x[:, 0] + self.shift > x[:, 1]).astype(jnp.int32)
        nobody = jnp.zeros((size, 1), bool)
        roles = Roles(jnp.zeros(size, jnp.int32), nobody, nobody, nobody)
        return Sequence(x, target, jnp.ones((size, 2), bool), roles)

    def inputs(self, tokens):
        return tokens


@register("small-task")
@dataclasses.dataclass(frozen=True)
class SmallTaskSpec:
    features: int = 3
    shift: float = vary(0.0)

    def prepare(self):
        task = SmallTask(jnp.zeros(()), self.features)
        return {"train": task, "again": task}

    def bind(self, task, world):
        return eqx.tree_at(lambda t: t.shift, task, jnp.asarray(self.shift, jnp.float32))


class SmallModel(eqx.Module):
    """One hidden layer with a tap."""

    rise: jax.Array
    fall: jax.Array

    def __call__(self, tokens, tap=null_tap):
        return tap("logits", tap("hidden", jnp.tanh(tokens @ self.rise)) @ self.fall)


@register("small-model")
@dataclasses.dataclass(frozen=True)
class SmallModelSpec:
    hidden: int = 4

    def build(self, interface, key):
        first, second = jax.random.split(key)
        shapes = (interface.tokens.shape[-1], self.hidden), (self.hidden, interface.outputs)
        return SmallModel(jax.random.normal(first, shapes[0]), jax.random.normal(second, shapes[1]))


class OtherModel(eqx.Module):
    """A linear map: its arrays have other names than those of `SmallModel`."""

    only: jax.Array

    def __call__(self, tokens, tap=null_tap):
        return tap("logits", tokens @ self.only)


@register("other-small-model")
@dataclasses.dataclass(frozen=True)
class OtherModelSpec:
    def build(self, interface, key):
        return OtherModel(jax.random.normal(key, (interface.tokens.shape[-1], interface.outputs)))


def forged(spec, **changes):
    """Copy a spec with values that its constructor, checked in tests, would refuse before `validate` could."""
    copy = object.__new__(type(spec))
    for field in dataclasses.fields(spec):
        object.__setattr__(copy, field.name, changes.get(field.name, getattr(spec, field.name)))
    return copy
