"""Averages over the positions that play a part, and over the sequences that have any: divided by what was counted."""

import jax.numpy as jnp
from jaxtyping import Array, Bool, Float


def share(mask: Bool[Array, "*axes position"]) -> Float[Array, "*axes position"]:
    """Return weights that average over the marked positions of the last axis: 0 throughout where none is marked.

    >>> import jax.numpy as jnp
    >>> share(jnp.array([[True, True, False], [False, False, False]])).tolist()
    [[0.5, 0.5, 0.0], [0.0, 0.0, 0.0]]
    """
    weights = mask.astype(jnp.float32)
    return weights / jnp.maximum(weights.sum(axis=-1, keepdims=True), 1.0)


def mean_of(
    values: Float[Array, "batch *axes"],  # noqa: F821 - axes, not names
    counted: Bool[Array, " batch"],
) -> Float[Array, "*axes"]:
    """Average over the sequences that count; NaN where none does.

    >>> import jax.numpy as jnp
    >>> mean_of(jnp.array([1.0, 2.0, 6.0]), jnp.array([True, False, True]))
    Array(3.5, dtype=float32)
    """
    weights = counted.astype(values.dtype).reshape(-1, *[1] * (values.ndim - 1))
    total = weights.sum()
    # What does not count may be anything, NaN too.
    inside = jnp.sum(jnp.where(weights > 0, values, 0.0), axis=0)
    return jnp.where(total > 0, inside / jnp.maximum(total, 1.0), jnp.nan)
