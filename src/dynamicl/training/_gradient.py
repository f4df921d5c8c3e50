"""The gradient of a loss, computed in the form in which its matrix products are fast."""

from collections.abc import Callable
from typing import Any

import jax
from jaxtyping import Array, Float, PyTree


def value_and_gradient(
    loss: Callable[[PyTree], tuple[Float[Array, ""], Any]], weights: PyTree
) -> tuple[tuple[Float[Array, ""], Any], PyTree]:
    """Differentiate a loss as `jax.value_and_grad` does, with respect to the transposes of all matrices.

    The gradient of W in x @ W is a product of two operands that are both read across their rows, the slowest kind on
    a CPU. At the transpose of W one of them is read along its rows. The barrier keeps the compiler from turning the
    result back into the slow product.

    Args:
        loss: of the weights; returns the loss and whatever else is wanted of the pass.
        weights: arrays.

    Returns:
        What `loss` returned, and the loss' gradient, shaped as the weights.
    """
    value, gradient = jax.value_and_grad(lambda turned: loss(_turn(turned)), has_aux=True)(_turn(weights))
    return value, _turn(jax.lax.optimization_barrier(gradient))


def _turn(tree: PyTree) -> PyTree:
    return jax.tree.map(lambda leaf: leaf.T if leaf.ndim == 2 else leaf, tree)
