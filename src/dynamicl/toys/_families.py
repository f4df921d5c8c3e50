"""Shapes of learning curves: a toy with the few numbers that decide the shape of its loss.

Rate, lengths of the truths and dimensions only stretch time or loss, and what cannot be learnt only shifts the loss.
They are fitted as `time`, `scale` and `offset` for every family alike; a family's own parameters are what remains.
"""

import functools
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from numpy.typing import ArrayLike

from ._flow import follow_flows
from ._mechanisms import And, Planar
from ._nested import Logits, NestedLogits
from ._systems import System, as_single
from ._vectors import VectorToy

TIMES = np.geomspace(1e-3, 1e5, 641)
"""In units of the toy's own time; 80 to a decade."""
SETTLED = 1e-4
"""Share of the first loss below which a flow is followed no further."""
TOLERANCE = 1e-6
"""Of the solver; derivatives by the parameters are differences, so that its error must be far below a curve's noise."""


class Family(NamedTuple):
    """One toy's learning curves.

    Attributes:
        name: For tables.
        parameters: Names of what decides the shape.
        bounds: Lowest and highest value of each, positive; they are searched in logarithms.
        build: From the parameters, each of shape (curve,), to the system and its start.
    """

    name: str
    parameters: tuple[str, ...]
    bounds: tuple[tuple[float, float], ...]
    build: Callable[..., tuple[System, Any]]

    def curves(self, values: Float[np.ndarray, "curve parameter"]) -> Float[np.ndarray, "curve time"]:
        """Return the loss under gradient flow over its start, at `TIMES`.

        A flow that the solver gives up stays where it was.

        Args:
            values: Of the parameters, one row a curve.
        """
        return np.asarray(_curves(self, jnp.asarray(values, dtype=jnp.float32)), dtype=np.float64)


@functools.partial(jax.jit, static_argnums=0)
def _curves(family: Family, values: Array) -> Array:
    system, start = family.build(*values.T)
    system, start = jax.tree.map(as_single, (system, start))
    first = system.loss(start)
    start, free = system.hold(start, ())
    system = jax.tree.map(lambda part: jnp.broadcast_to(part, first.shape), system)
    times = jnp.asarray(TIMES, dtype=jnp.float32)
    states, _ = follow_flows(system, start, SETTLED * first, free, times, as_single(TOLERANCE))
    loss = jax.tree.map(lambda leaf: leaf[..., None], system).loss(states)
    return loss / first[:, None]


def vector_family(count: int) -> Family:
    """Return the curves of a product of vectors that are alike; of one vector, the exponential.

    Args:
        count: Number of vectors, at least 1.

    Returns:
        A family with each vector's start along its truth and across it, in lengths of the truth.

    Raises:
        ValueError: If there is no vector.

    References:
        Singh, thesis (2025), section 4.4.2.
    """
    if count < 1:
        raise ValueError(f"`count` is {count}; a number of at least 1 is allowed. The thesis takes 3.")
    names = tuple(chr(ord("a") + i) for i in range(count))

    def build(along: Array, across: Array) -> tuple[System, Any]:
        one = jnp.ones_like(along)
        toy = VectorToy(And(*names), dict.fromkeys(names, one), tuple((name, 1) for name in names))
        return toy, {name: Planar(along, across) for name in names}

    return Family(f"{count} vectors", ("along", "across"), ((1e-3, 0.9), (1e-3, 1.5)), build)


def nested_family(labels: int, pairs: int) -> Family:
    """Return the curves of nested logits, which differ by where the classifier starts.

    Args:
        labels: L, of the task that the curve is from.
        pairs: N.

    Returns:
        A family with the start of xi; L = N starts from alpha = xi, off the saddle.

    References:
        Reddy (2023), equation 10.
    """
    landscape = NestedLogits(labels, pairs)

    def build(xi: Array) -> tuple[System, Any]:
        alpha = xi if labels == pairs else jnp.zeros_like(xi)
        return landscape, Logits(xi, alpha, jnp.zeros_like(xi))

    return Family("nested logits", ("xi",), ((1e-3, 10.0),), build)


def shape_bank(family: Family, points: int = 12) -> tuple[np.ndarray, np.ndarray]:
    """Return a grid of a family's parameters, shape (curve, parameter), and their curves, shape (curve, time)."""
    return _bank(family, points)


@functools.lru_cache(maxsize=32)
def _bank(family: Family, points: int) -> tuple[np.ndarray, np.ndarray]:
    axes = [np.geomspace(*bound, points) for bound in family.bounds]
    grid = np.stack([axis.ravel() for axis in np.meshgrid(*axes, indexing="ij")], axis=-1)
    return grid, family.curves(grid)


def evaluate(curves: Float[np.ndarray, "*curve time"], times: ArrayLike) -> np.ndarray:
    """Return curves at times of the toys' own: before the first the first value, after the last the last.

    Args:
        curves: At `TIMES`.
        times: Shape (n,).

    Returns:
        Shape (*curve, n), linear between logarithms of time.
    """
    places = np.log(np.clip(np.asarray(times, dtype=np.float64), TIMES[0], TIMES[-1]) / TIMES[0])
    places = places / np.log(TIMES[1] / TIMES[0])
    index = np.minimum(places.astype(int), TIMES.size - 2)
    share = places - index
    return curves[..., index] * (1 - share) + curves[..., index + 1] * share
