"""Optimizers and learning-rate schedules, with every number an array that may differ between runs."""

import math
from dataclasses import dataclass
from typing import Any, Literal

import jax
import jax.numpy as jnp
import optax
from jaxtyping import Array, Float, Int, PyTree

from dynamicl.specs import check, register, vary


@register("optimizer")
@dataclass(frozen=True)
class OptimizerSpec:
    """Describe an optimizer.

    Attributes:
        name: `adam`, `adamw` (decoupled weight decay) or `sgd`.
        learning_rate: peak rate.
        weight_decay: `adamw` shrinks weights by rate x this; `adam` and `sgd` add this times the weight to the
            gradient (an L2 penalty of half that strength).
        beta1: decay of the first moment; for `sgd` the momentum.
        beta2: decay of the second moment.
        epsilon: added to the root of the second moment.
        schedule: `constant`; `warmup`, linear from 0 over `warmup_steps`, then constant; `warmup-rsqrt`, linear,
            then falling as the inverse square root; `cosine`, linear, then a half cosine to 0 at `decay_steps`.
        warmup_steps: length of the rise, in updates.
        decay_steps: where the cosine ends, in updates.
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

    def check(self) -> None:
        """Raise `SpecError` for rates and schedules that mean nothing."""
        for name in ("learning_rate", "weight_decay"):
            value = getattr(self, name)
            check(0 <= value < math.inf, f"`optimizer.{name}` is {value}: give 0 or more, finite")
        for name in ("beta1", "beta2"):
            value = getattr(self, name)
            # Nearer to 1 it would be 1 in float32, and the moment's bias correction a division by zero.
            check(0 <= value <= 0.9999999, f"`optimizer.{name}` is {value}: give 0 to 0.9999999")
        check(1e-30 <= self.epsilon <= 1e30, f"`optimizer.epsilon` is {self.epsilon}: give 1e-30 to 1e30")
        check(self.warmup_steps >= 0, f"`optimizer.warmup_steps` is {self.warmup_steps}: give 0 or more")
        check(
            self.schedule == "constant" or self.schedule == "cosine" or self.warmup_steps > 0,
            f"`optimizer.schedule` is {self.schedule!r}: give `optimizer.warmup_steps` above 0",
        )
        check(
            self.schedule != "cosine" or self.decay_steps > self.warmup_steps,
            f"`optimizer.decay_steps` is {self.decay_steps}: a cosine needs more than `warmup_steps` "
            f"{self.warmup_steps}",
        )


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
    penalty = optax.add_decayed_weights(spec.weight_decay) if _decays(spec) else optax.identity()
    if spec.name == "sgd":
        momentum = optax.trace(spec.beta1) if spec.beta1 else optax.identity()
        return optax.chain(penalty, momentum)
    adam = optax.scale_by_adam(spec.beta1, spec.beta2, spec.epsilon)
    return optax.chain(adam, penalty) if spec.name == "adamw" else optax.chain(penalty, adam)


def _decays(spec: OptimizerSpec) -> bool:
    value: Any = spec.weight_decay
    return not (isinstance(value, float) and value == 0)


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
    return jax.tree.map(lambda w, u: w - rate * u, weights, updates), state
