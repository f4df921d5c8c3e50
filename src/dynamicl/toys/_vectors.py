"""Toys of vectors: a mechanism with the lengths and dimensions of its truths, reduced to two numbers a vector.

The gradient of any mechanism with respect to a vector lies in the span of that vector and its truth. A vector therefore
stays in the plane that its start and its truth span, and gradient descent in that plane's two coordinates is gradient
descent on the whole vector, step by step. Three vectors of dimension 20 are six numbers instead of 8,000 entries.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Key

from ._mechanisms import And, Lengths, Mechanism, Planar, State
from ._systems import System

Vectors = Mapping[str, Float[Array, "*run dim"]]
SHORTEST = 1e-30
"""Lengths below this are taken for zero."""


class VectorToy(System):
    """A mechanism and the truths that its vectors are to find.

    Attributes:
        mechanism: The loss.
        lengths: Of the truths, shapes (*run).
        sizes: Dimensions of the vectors, as (name, dimension).
    """

    mechanism: Mechanism
    lengths: Lengths
    sizes: tuple[tuple[str, int], ...] = eqx.field(static=True)

    def __check_init__(self) -> None:
        dims = dict(self.sizes)
        if set(self.mechanism.names) != set(dims) or set(dims) != set(self.lengths):
            raise ValueError(
                f"`sizes` are of {sorted(dims)}; a dimension for each of {list(self.mechanism.names)} is allowed. "
                "Name the mechanism's vectors."
            )

    @property
    def names(self) -> tuple[str, ...]:
        """Of the vectors, in the mechanism's order."""
        return self.mechanism.names

    @property
    def truth(self) -> State:
        """The state in which every vector is its truth."""
        return {name: Planar(length, jnp.zeros_like(length)) for name, length in self.lengths.items()}

    def loss(self, state: State) -> Float[Array, "*run"]:
        """Return the loss of a state; axes of time behind those of the runs need `over_time`."""
        return self.mechanism.loss(state, self.lengths, dict(self.sizes))

    def terms(self, state: State) -> dict[str, Float[Array, "*run"]]:
        """Return the loss of each simplest part by its label, without offsets and weights."""
        parts = self.mechanism.terms.items()
        return {label: term.loss(state, self.lengths, dict(self.sizes)) for label, term in parts}

    def hold(self, state: State, names: Sequence[str]) -> tuple[State, Any]:
        """Put the named vectors at their truth, and let only the others move.

        Raises:
            ValueError: If a name is unknown, or the state is not one of this toy.
        """
        self.check_names(names)
        if set(state) != set(self.names):
            raise ValueError(
                f"the state has {sorted(state)}; {list(self.names)} are allowed. Name the toy's."
            )
        held = {name: self.truth[name] if name in names else state[name] for name in state}
        free = {name: jnp.array(name not in names) for name in state}
        return held, {name: Planar(moves, moves) for name, moves in free.items()}

    def over_time(self) -> "VectorToy":
        """Return the toy with an axis of time behind those of its runs, for the states of a whole training."""
        return jax.tree.map(lambda leaf: jnp.asarray(leaf)[..., None], self)

    def misalignment(self, state: State) -> Float[Array, "*run vector"]:
        """Return 1 - cos^2 of each vector to its truth: 0 when learnt, whatever its length; 1 for no vector at all.

        References:
            Singh, thesis (2025), figure 4.7.
        """

        def sine_squared(vector: Planar) -> Array:
            along, across = vector.along**2, vector.across**2
            return jnp.where(along + across > SHORTEST, across / jnp.maximum(along + across, SHORTEST), 1.0)

        return jnp.stack([sine_squared(state[name]) for name in self.names], axis=-1)

    def perfected_loss(self, state: State) -> Float[Array, "*run vector"]:
        """Return, for each vector, the loss with all others at their truth up to sign, the better sign taken.

        Of the signs only that of a product matters, so flipping the vector itself covers all cases.

        References:
            Singh, thesis (2025), figure 4.7.
        """

        def perfected(name: str) -> Array:
            along, across = state[name]
            both = [self.loss({**self.truth, name: Planar(sign * along, across)}) for sign in (1.0, -1.0)]
            return jnp.minimum(*both)

        return jnp.stack([perfected(name) for name in self.names], axis=-1)


def reduce_vectors(mechanism: Mechanism, truth: Vectors, start: Vectors) -> tuple[VectorToy, State]:
    """Return the toy of some truths, and the state that some vectors are in.

    Args:
        mechanism: The loss; its names are the vectors'.
        truth: What is to be learnt, shapes (*run, dim).
        start: Where training starts, the same shapes.

    Returns:
        The toy and its state.

    Raises:
        ValueError: If the names or shapes are not those of the truths.
    """
    shapes = {name: vector.shape for name, vector in truth.items()}
    other = {name: vector.shape for name, vector in start.items()}
    if shapes != other:
        raise ValueError(f"`start` has shapes {other}; those of `truth`, {shapes}, are allowed. Reshape it.")
    toy = VectorToy(
        mechanism,
        {name: jnp.linalg.norm(vector, axis=-1) for name, vector in truth.items()},
        tuple((name, shape[-1]) for name, shape in shapes.items()),
    )
    return toy, {name: _plane(truth[name], start[name]) for name in truth}


def _plane(truth: Array, vector: Array) -> Planar:
    unit = truth / jnp.maximum(jnp.linalg.norm(truth, axis=-1, keepdims=True), SHORTEST)
    along = jnp.sum(vector * unit, axis=-1)
    return Planar(along, jnp.linalg.norm(vector - along[..., None] * unit, axis=-1))


def expand_vectors(state: State, truth: Vectors, start: Vectors) -> dict[str, Array]:
    """Return the whole vectors of a state that training from `start` has led to.

    Args:
        state: Shapes (*run).
        truth: As given to `reduce_vectors`.
        start: As given there.

    Returns:
        Vectors by name, shapes (*run, dim).
    """

    def expand(name: str) -> Array:
        first = _plane(truth[name], start[name])
        unit = truth[name] / jnp.linalg.norm(truth[name], axis=-1, keepdims=True)
        rest = (start[name] - first.along[..., None] * unit) / jnp.maximum(first.across, SHORTEST)[..., None]
        return state[name].along[..., None] * unit + state[name].across[..., None] * rest

    return {name: expand(name) for name in truth}


def draw_vectors(key: Key[Array, ""], sizes: Mapping[str, int]) -> tuple[dict[str, Array], dict[str, Array]]:
    """Draw truths and a start, every entry standard normal.

    Args:
        key: Random key.
        sizes: Dimension of each vector by name.

    Returns:
        Truths and starts by name, shapes (dim,).

    Raises:
        ValueError: If there is no vector, or a dimension below 1.

    References:
        Singh, thesis (2025), section 4.4.2 and appendix D.2.
    """
    dims = tuple(sizes.values())
    _check_dims(dims)
    keys = jax.random.split(key, 2 * len(dims))
    draws = [jax.random.normal(k, (dim,)) for k, dim in zip(keys, (*dims, *dims), strict=True)]
    return dict(zip(sizes, draws, strict=False)), dict(zip(sizes, draws[len(dims) :], strict=True))


def draw_toy(
    key: Key[Array, "*run"],
    dims: Sequence[int] | Mapping[str, int] = (20, 20, 20),
    mechanism: Mechanism | None = None,
) -> tuple[VectorToy, State]:
    """Draw toys, one a key; equal keys give equal toys.

    Args:
        key: One random key, or one a run, shape (run,).
        dims: Dimension of each vector: by name, or in the order of the mechanism's names.
        mechanism: The loss; one product of all vectors, called "a", "b" and on, where None.

    Returns:
        The toy and the state to start from.

    Raises:
        ValueError: If there is no dimension, one is below 1, or their number is not that of the vectors, or
            the key is none.
    """
    if not jnp.issubdtype(getattr(key, "dtype", np.float32), jax.dtypes.prng_key):
        raise ValueError(f"`key` is {key!r}; random keys are allowed. Make one with `jax.random.key(0)`.")
    _check_dims(dims.values() if isinstance(dims, Mapping) else dims)
    letters = tuple(chr(ord("a") + i) for i in range(len(dims)))
    loss = And(*letters) if mechanism is None else mechanism
    sizes = dict(dims) if isinstance(dims, Mapping) else dict(zip(loss.names, dims, strict=False))
    if len(dims) != len(loss.names):
        raise ValueError(
            f"`dims` are {len(dims)}; one for each of {list(loss.names)} is allowed. Give them by name."
        )
    if key.ndim == 0:
        return reduce_vectors(loss, *draw_vectors(key, sizes))
    return reduce_vectors(loss, *jax.vmap(lambda one: draw_vectors(one, sizes))(key))


def _check_dims(dims: Iterable[int]) -> None:
    if not tuple(dims) or any(dim < 1 or dim != int(dim) for dim in dims):
        raise ValueError(
            f"`dims` is {tuple(dims)}; one whole number of at least 1 per vector is allowed. (20, 20, 20) is usual."
        )
