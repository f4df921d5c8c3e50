"""Curvature of the loss along its gradient, on fixed sequences. Costs about two training steps of that batch size."""

from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import optax
from jaxtyping import Array, Float

from dynamicl.tasks import Sequence
from dynamicl.training import Descent


def gradient_curvature(model: Any, task: Any, sequences: Sequence) -> dict[str, Float[Array, ""]]:
    """Measure how the loss of a model without clamps bends along its gradient; see `descent_curvature`.

    Args:
        model: called as `model(tokens)`.
        task: whose `inputs` turn a sequence's tokens into the model's.
        sequences: with leading axis batch.

    """
    weights, rest = eqx.partition(model, eqx.is_inexact_array)

    def loss(weights: Any) -> Array:
        network = eqx.combine(weights, rest)
        logits = jax.vmap(lambda tokens: network(task.inputs(tokens)))(sequences.tokens)
        return jnp.mean(optax.softmax_cross_entropy_with_integer_labels(logits, sequences.target))

    return descent_curvature(Descent(weights, loss))


def descent_curvature(descent: Descent) -> dict[str, Float[Array, ""]]:
    """Measure how the loss bends in the direction in which plain gradient descent would go.

    Args:
        descent: weights that are trained, and their loss.

    Returns:
        `gradient_curvature`: g H g / |g|^2, in nats per squared unit of weight, with g the gradient and H the
        Hessian of the mean cross-entropy; descent along g with a rate above 2 over it overshoots. 0 where g is 0.
        `evaluation_gradient_norm`: |g|.
    """
    weights, loss = descent
    gradient = jax.grad(loss)(weights)
    square = optax.tree.norm(gradient, squared=True)
    # Scaling first keeps the product within float32 where gradients are tiny.
    size = jnp.sqrt(square)
    direction = jax.tree.map(lambda g: g / jnp.where(size > 0, size, 1.0), gradient)
    _, bent = jax.jvp(jax.grad(loss), (weights,), (direction,))
    return {"gradient_curvature": optax.tree.vdot(direction, bent), "evaluation_gradient_norm": size}
