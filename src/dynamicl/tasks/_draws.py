"""Samplers that the tasks share: exact, and cheap inside a compiled step."""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Int, PRNGKeyArray

SEQUENTIAL_LIMIT = 8


def distinct(key: PRNGKeyArray, batch: int, n: int, k: int) -> Int[Array, "batch k"]:
    """Draw k different numbers below n, in random order, uniformly over all ordered choices.

    Few are drawn one after the other, each skipping those before it; many by sorting random numbers.

    Args:
        key: random key.
        batch: independent draws.
        n: numbers to choose from.
        k: numbers chosen, at most n.
    """
    if k > SEQUENTIAL_LIMIT:
        return jnp.argsort(jax.random.uniform(key, (batch, n)), axis=1)[:, :k].astype(jnp.int32)
    sizes = n - jnp.arange(k)
    raw = jax.random.randint(key, (batch, k), 0, sizes, dtype=jnp.int32)
    chosen = raw[:, :1]
    for i in range(1, k):
        value = raw[:, i]
        # Skipping in ascending order maps 0..n-i-1 one-to-one onto the numbers not yet chosen.
        for earlier in jnp.sort(chosen, axis=1).T:
            value = value + (value >= earlier).astype(jnp.int32)
        chosen = jnp.concatenate([chosen, value[:, None]], axis=1)
    return chosen
