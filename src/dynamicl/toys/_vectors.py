"""Vectors learnt through a tensor product: the smallest model with a plateau and a drop.

The loss is half the mean over entries of (a* x b* x c* - a x b x c)^2, for any number of vectors. Held at
their truth, vectors turn from partners into constants: with all but one held, the loss is a plain quadratic
and decays exponentially. The tensor has as many entries as the product of the dimensions; three of 20 take
0.2 ms a step.

The thesis writes a sum; its code takes the mean, which only rescales the learning rate (by 8,000 for three of
20).
"""

from collections.abc import Sequence

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, PRNGKeyArray

Vectors = tuple[Float[Array, " _"], ...]


def outer(vectors: Vectors) -> Array:
    """Return the tensor product, one axis per vector."""
    product = vectors[0]
    for vector in vectors[1:]:
        product = product[..., None] * vector
    return product


class VectorToy(eqx.Module):
    """Vectors to be learnt, with their names.

    Attributes:
        truth: One vector per name, shapes (dim_i,).
        names: Such as "a", "b", "c".
    """

    truth: Vectors
    names: tuple[str, ...] = eqx.field(static=True)

    def __check_init__(self) -> None:
        if len(self.names) != len(self.truth) or len(set(self.names)) != len(self.names):
            raise ValueError(
                f"`names` is {self.names} for {len(self.truth)} vectors; one name each, no two alike, is allowed."
            )

    def loss(self, vectors: Vectors) -> Float[Array, ""]:
        """Return half the mean squared error over the entries of the tensor product."""
        return jnp.mean((outer(self.truth) - outer(vectors)) ** 2) / 2

    def clamp(self, vectors: Vectors, held: Bool[Array, " vector"]) -> Vectors:
        """Return the vectors with those that are held replaced by their truth."""
        return tuple(jnp.where(held[i], true, vectors[i]) for i, true in enumerate(self.truth))

    def mask(self, clamps: Sequence[str]) -> Bool[Array, " vector"]:
        """Turn names of vectors into the mask that `clamp` takes.

        Raises:
            ValueError: If a name is none of the toy's.
        """
        unknown = [name for name in clamps if name not in self.names]
        if unknown:
            raise ValueError(
                f"`clamps` names {unknown}; allowed are {list(self.names)}. Name vectors of this toy."
            )
        return jnp.array([name in clamps for name in self.names])

    def misalignment(self, vectors: Vectors) -> Float[Array, " vector"]:
        """Return 1 - cos^2 of each vector to its truth (thesis, figure 4.7): 0 when learnt, whatever its length."""

        def one(vector: Array, true: Array) -> Array:
            return 1 - (vector @ true) ** 2 / ((vector @ vector) * (true @ true))

        return jnp.stack([one(v, t) for v, t in zip(vectors, self.truth, strict=True)])

    def perfected_loss(self, vectors: Vectors) -> Float[Array, " vector"]:
        """Return, for each vector, the loss with all others at their truth up to sign, the better sign taken.

        Only the product of the signs matters, so two cases cover all; the others' norms factor out of the
        mean.
        """
        size = outer(self.truth).size
        norms = jnp.stack([true @ true for true in self.truth])
        nearest = jnp.stack(
            [
                jnp.minimum(jnp.sum((true - vector) ** 2), jnp.sum((true + vector) ** 2))
                for vector, true in zip(vectors, self.truth, strict=True)
            ]
        )
        return nearest * jnp.prod(norms) / norms / (2 * size)


def draw_toy(
    key: PRNGKeyArray, dims: Sequence[int] = (20, 20, 20), names: Sequence[str] | None = None
) -> tuple[VectorToy, Vectors]:
    """Draw truths and a start, every entry standard normal.

    Args:
        key: Random key.
        dims: Dimension of each vector.
        names: Their names; letters from "a" on where None.

    Returns:
        The toy and the vectors to start from.

    Raises:
        ValueError: If there is no dimension, or one is below 1, or names do not fit.

    References:
        Singh, thesis (2025), section 4.4.2 (three of dimension 20).
    """
    if not dims or min(dims) < 1:
        raise ValueError(
            f"`dims` is {tuple(dims)}; one number of at least 1 per vector is allowed. (20, 20, 20) is usual."
        )
    keys = jax.random.split(key, 2 * len(dims))
    draws = tuple(jax.random.normal(k, (dim,)) for k, dim in zip(keys, (*dims, *dims), strict=True))
    labels = tuple(names) if names is not None else tuple(chr(ord("a") + i) for i in range(len(dims)))
    return VectorToy(draws[: len(dims)], labels), draws[len(dims) :]
