"""The origin of the vector toy's loss is a saddle: checked by derivatives and by walking away from it."""

from typing import NamedTuple

import jax
import numpy as np
from jax.flatten_util import ravel_pytree

from ._vectors import VectorToy


class Saddle(NamedTuple):
    """What was found at the origin.

    Attributes:
        gradient: Largest entry of the gradient in size.
        eigenvalues: Of the Hessian, increasing, shape (sum of dims,): all 0 from three vectors on, both signs
            for two.
        scales: Distances walked (in units of the direction), shape (k,).
        descent: Change of the loss along d_-, shape (k,): negative for small scales.
        ascent: Change along d_+ (one sign flipped), shape (k,): positive.
        order: Exponent N of the change's leading power of the scale, from (ascent - descent) / 2: the number
            of vectors.
    """

    gradient: float
    eigenvalues: np.ndarray
    scales: np.ndarray
    descent: np.ndarray
    ascent: np.ndarray
    order: float

    @property
    def is_saddle(self) -> bool:
        """Whether the gradient vanishes and the loss falls one way and rises another at every scale."""
        return bool(self.gradient == 0 and (self.descent < 0).all() and (self.ascent > 0).all())


def _loss(truth: list[np.ndarray], vectors: list[np.ndarray]) -> float:
    """The toy's loss in float64, which leaves the tiny changes near the origin readable."""

    def outer(parts: list[np.ndarray]) -> np.ndarray:
        product = parts[0]
        for part in parts[1:]:
            product = np.multiply.outer(product, part)
        return product

    return float(np.mean((outer(truth) - outer(vectors)) ** 2) / 2)


def origin_saddle(toy: VectorToy, *, scales: np.ndarray | None = None) -> Saddle:
    """Examine the loss at the origin: gradient, Hessian, and one direction down and one up.

    The direction d_- holds, in each vector, its truth's largest entry alone; d_+ is the same with the first
    vector's sign flipped. For N vectors the loss changes by (eps^2N -+ 2 eps^N) times the squared product of
    those entries, over twice the number of entries: the more vectors, the flatter the way out.

    Args:
        toy: The toy; its truths must not vanish.
        scales: Distances eps to walk, inside (0, 1), increasing; 0.01 to 0.3 where None.

    Returns:
        The findings.

    Raises:
        ValueError: If a scale is not inside (0, 1), there are fewer than two, or a truth vanishes.

    References:
        Singh, thesis (2025), appendix C.4.
    """
    walk = np.geomspace(0.01, 0.3, 8) if scales is None else np.asarray(scales, dtype=np.float64)
    if walk.ndim != 1 or walk.size < 2 or walk.min() <= 0 or walk.max() >= 1:
        raise ValueError(
            f"`scales` is {walk}; two or more numbers inside (0, 1) are allowed. Leave it out for the usual."
        )
    truth = [np.asarray(vector, dtype=np.float64) for vector in toy.truth]
    if any(np.abs(vector).max() == 0 for vector in truth):
        raise ValueError("`toy` has a truth of zeros only; every truth must have an entry. Draw it again.")
    flat, unravel = ravel_pytree(jax.tree.map(lambda vector: 0 * vector, toy.truth))
    slope = jax.grad(lambda point: toy.loss(unravel(point)))(flat)
    curvature = jax.hessian(lambda point: toy.loss(unravel(point)))(flat)
    down = [np.where(np.arange(v.size) == np.argmax(np.abs(v)), v, 0.0) for v in truth]
    up = [-down[0], *down[1:]]
    origin = _loss(truth, [0 * vector for vector in truth])
    descent, ascent = (
        np.array([_loss(truth, [eps * vector for vector in way]) - origin for eps in walk])
        for way in (down, up)
    )
    order = float(np.polyfit(np.log(walk), np.log((ascent - descent) / 2), 1)[0])
    return Saddle(
        float(np.abs(slope).max()), np.linalg.eigvalsh(np.asarray(curvature)), walk, descent, ascent, order
    )
