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
    chosen: list[Array] = []
    ascending: list[Array] = []
    for value in raw.T:
        # Skipping in ascending order maps 0..n-i-1 one-to-one onto the numbers not yet chosen.
        for earlier in ascending:
            value = value + (value >= earlier).astype(jnp.int32)
        chosen.append(value)
        ascending = _inserted(value, ascending)
    return jnp.stack(chosen, axis=1)


def _inserted(value: Int[Array, " batch"], ascending: list[Array]) -> list[Array]:
    """Return sorted numbers with one more: a sort would leave the compiled loop's registers for each of them."""
    larger = value
    kept = []
    for earlier in ascending:
        kept.append(jnp.minimum(earlier, larger))
        larger = jnp.maximum(earlier, larger)
    return [*kept, larger]
