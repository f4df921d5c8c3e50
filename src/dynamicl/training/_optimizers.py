"""Optimizers and learning-rate schedules, with every number an array that may differ between runs.

An optimizer of your own is a registered spec with the three methods of `Optimizer`.
"""

import math
from dataclasses import dataclass
from typing import Any, Literal, Protocol, runtime_checkable

import jax
import jax.numpy as jnp
import optax
from jaxtyping import Array, Float, Int, PyTree

from dynamicl.specs import check, register, vary

from ._parts import part_mask


@runtime_checkable
class Optimizer(Protocol):
    """What the engine asks of an optimizer's spec. Weights are a tree in which what is not learnt is `None`."""

    def rate(self, step: Int[Array, ""]) -> Float[Array, ""]:
        """Return the learning rate of the update that follows `step` earlier ones."""
        ...

    def init(self, weights: PyTree) -> PyTree:
        """Return the state before the first update."""
        ...

    def update(
        self, gradient: PyTree, state: PyTree, weights: PyTree, step: Int[Array, ""]
    ) -> tuple[PyTree, PyTree]:
        """Return new weights and the new state."""
        ...


@register("decay")
@dataclass(frozen=True)
class Decay:
    """Shrink a part of the weights after each update, decoupled from the gradient.

    Attributes:
        part: a named part or a glob over the names of arrays, as for `Penalty`.
        strength: varies between runs.
        per: `rate` multiplies by 1 - rate x strength (as AdamW), `step` by 1 - strength.
    """

    part: str = "weights"
    strength: float = vary(0.0)
    per: Literal["rate", "step"] = "rate"

    def check(self) -> None:
        """Raise `SpecError` for a strength that means nothing."""
        check(0 <= self.strength < math.inf, f"`decay.strength` is {self.strength}: give 0 or more, finite")
        check(
            self.per == "rate" or self.strength < 1,
            f"`decay.strength` is {self.strength} at each step: give less than 1, or weights are gone at once",
        )


@register("optimizer")
@dataclass(frozen=True)
class OptimizerSpec:
    """Describe an optimizer.

    Attributes:
        name: `adam`, `adamw` (decoupled weight decay) or `sgd`.
        learning_rate: peak rate.
        weight_decay: `adamw` shrinks all weights, norms and biases included, by rate x this; `adam` and `sgd` add this
            times the weight to the gradient. For parts, see `decays` and `Penalty`.
        beta1: decay of the first moment; for `sgd` the momentum.
        beta2: decay of the second moment.
        epsilon: added to the root of the second moment.
        schedule: `constant`; `warmup`, linear from 0 over `warmup_steps`, then constant; `warmup-rsqrt`, linear,
            then falling as the inverse square root; `cosine`, linear, then a half cosine to 0 at `decay_steps`.
        warmup_steps: length of the rise, in updates.
        decay_steps: where the cosine ends, in updates.
        clip_norm: gradients of a larger Euclidean norm are scaled down to it; 0 for no limit.
        decays: shrink parts of the weights after each update.
    """

    name: Literal["adam", "adamw", "sgd"] = "adam"
    learning_rate: float = vary(1e-3)
    weight_decay: float = vary(0.0, zero_is_static=True)
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8
    schedule: Literal["constant", "warmup", "warmup-rsqrt", "cosine"] = "constant"
    warmup_steps: int = vary(0)
    decay_steps: int = vary(0)
    clip_norm: float = vary(0.0, zero_is_static=True)
    decays: tuple[Any, ...] = ()

    def check(self) -> None:
        """Raise `SpecError` for rates and schedules that mean nothing."""
        for name in ("learning_rate", "weight_decay", "clip_norm"):
            value = getattr(self, name)
            check(0 <= value < math.inf, f"`optimizer.{name}` is {value}: give 0 or more, finite")
        for name in ("beta1", "beta2"):
            value = getattr(self, name)
            # Nearer to 1 it would be 1 in float32, and the moment's bias correction a division by zero.
            check(0 <= value <= 0.9999999, f"`optimizer.{name}` is {value}: give 0 to 0.9999999")
        check(1e-30 <= self.epsilon <= 1e30, f"`optimizer.epsilon` is {self.epsilon}: give 1e-30 to 1e30")
        for name in ("warmup_steps", "decay_steps"):
            value = getattr(self, name)
            check(value >= 0, f"`optimizer.{name}` is {value}: give 0 or more")
        check(
            self.schedule == "constant" or self.schedule == "cosine" or self.warmup_steps > 0,
            f"`optimizer.schedule` is {self.schedule!r}: give `optimizer.warmup_steps` above 0",
        )
        check(
            self.schedule != "cosine" or self.decay_steps > self.warmup_steps,
            f"`optimizer.decay_steps` is {self.decay_steps}: a cosine needs more than `warmup_steps` "
            f"{self.warmup_steps}",
        )
        for decay in self.decays:
            check(isinstance(decay, Decay), f"`optimizer.decays` holds {decay!r}: give a tuple of `Decay`s")

    def rate(self, step: Int[Array, ""]) -> Float[Array, ""]:
        """Return the rate of the update that follows `step` earlier ones (the first has step 0)."""
        return learning_rate(self, step)

    def init(self, weights: PyTree) -> PyTree:
        """Return the state before the first update."""
        return transformation(self).init(weights)

    def update(
        self, gradient: PyTree, state: PyTree, weights: PyTree, step: Int[Array, ""]
    ) -> tuple[PyTree, PyTree]:
        """Return new weights and the new state."""
        return step_weights(self, gradient, state, weights, step)


def learning_rate(spec: OptimizerSpec, step: Int[Array, ""]) -> Float[Array, ""]:
    """Return the rate of the update that follows `step` earlier ones (the first has step 0)."""
    rate = jnp.asarray(spec.learning_rate, jnp.float32)
    if spec.schedule == "constant":
        return rate
    t = (step + 1).astype(jnp.float32)
    warm = jnp.maximum(jnp.asarray(spec.warmup_steps, jnp.float32), 1.0)
    if spec.schedule == "warmup":
        return rate * jnp.minimum(t / warm, 1.0)
    if spec.schedule == "warmup-rsqrt":
        return rate * jnp.minimum(t / warm, jnp.sqrt(warm / t))
    end = jnp.asarray(spec.decay_steps, jnp.float32)
    through = jnp.clip((t - warm) / jnp.maximum(end - warm, 1.0), 0.0, 1.0)
    return rate * jnp.where(t < warm, t / warm, 0.5 * (1.0 + jnp.cos(jnp.pi * through)))


def transformation(spec: OptimizerSpec) -> optax.GradientTransformation:
    """Build the gradient transformation without its rate; the engine multiplies by minus the rate of the step."""
    penalty = optax.identity() if _is_off(spec.weight_decay) else optax.add_decayed_weights(spec.weight_decay)
    clip = optax.identity() if _is_off(spec.clip_norm) else _clip(spec.clip_norm)
    if spec.name == "sgd":
        momentum = optax.trace(spec.beta1) if spec.beta1 else optax.identity()
        return optax.chain(clip, penalty, momentum)
    adam = optax.scale_by_adam(spec.beta1, spec.beta2, spec.epsilon)
    return optax.chain(clip, adam, penalty) if spec.name == "adamw" else optax.chain(clip, penalty, adam)


def _is_off(value: Any) -> bool:
    """Tell whether a number that leaves its computation out at 0 is 0; inside a cohort it may be an array."""
    return isinstance(value, int | float) and value == 0


def _clip(limit: Any) -> optax.GradientTransformation:
    """Scale gradients down to a norm; optax's own wants the limit as a Python number."""

    def update(gradient: PyTree, state: PyTree, weights: PyTree = None) -> tuple[PyTree, PyTree]:
        norm = optax.tree.norm(gradient)
        factor = jnp.minimum(jnp.float32(1), jnp.asarray(limit, jnp.float32) / jnp.maximum(norm, 1e-30))
        return jax.tree.map(lambda g: g * factor, gradient), state

    return optax.GradientTransformation(lambda weights: optax.EmptyState(), update)


def step_weights(
    spec: OptimizerSpec, gradient: PyTree, state: PyTree, weights: PyTree, step: Int[Array, ""]
) -> tuple[PyTree, PyTree]:
    """Apply one update.

    Returns:
        New weights and the optimizer's new state.
    """
    # Optax raises a float to an integer count, which strict promotion, where a user has it on, would refuse.
    with jax.numpy_dtype_promotion("standard"):
        updates, state = transformation(spec).update(gradient, state, weights)
    rate = learning_rate(spec, step)
    weights = jax.tree.map(lambda w, u: w - rate * u, weights, updates)
    for decay in spec.decays:
        weights = _shrunk(weights, decay, rate)
    return weights, state


def _shrunk(weights: PyTree, decay: Decay, rate: Float[Array, ""]) -> PyTree:
    strength = jnp.asarray(decay.strength, jnp.float32)
    factor = 1 - (rate * strength if decay.per == "rate" else strength)
    mask = part_mask(weights, decay.part)
    return jax.tree.map(lambda w, inside: w * factor if inside else w, weights, mask)
