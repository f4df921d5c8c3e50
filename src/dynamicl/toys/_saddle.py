"""The origin of a product's loss is a saddle: checked by derivatives and by walking away from it."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import equinox as eqx
import jax
import numpy as np
from numpy.typing import ArrayLike

from ._mechanisms import And, Planar, State
from ._systems import check_single
from ._vectors import VectorToy


class Saddle(NamedTuple):
    """What lies at the origin.

    Attributes:
        gradient: Largest entry of the gradient in size.
        eigenvalues: Of the Hessian over all entries of all vectors, increasing, shape (sum of dims,): all 0 from three
            vectors on, both signs for two.
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


def origin_eigenvalues(toy: VectorToy) -> np.ndarray:
    """Return the eigenvalues of the Hessian at the origin, over all entries of all vectors.

    Across its truth a vector has dim - 1 directions that are alike, so the plane's Hessian holds them all.

    Args:
        toy: Of a single run, any mechanism.

    Returns:
        Increasing, shape (sum of dims,).

    Raises:
        ValueError: If the toy has several runs.
    """
    check_single(toy, "toy")
    _, hessian = _derivatives(toy)
    entries = [hessian[i].along[j].along for i in toy.names for j in toy.names]
    along = np.array(entries, dtype=np.float64).reshape(len(toy.names), len(toy.names))
    across = [np.full(size - 1, float(hessian[name].across[name].across)) for name, size in toy.sizes]
    return np.sort(np.concatenate([np.linalg.eigvalsh(along), *across]))


@eqx.filter_jit
def _derivatives(toy: VectorToy) -> tuple[State, Any]:
    """Return gradient and Hessian at the origin in the planes' coordinates."""
    zero = jax.tree.map(lambda part: 0.0 * part, toy.truth)
    return jax.grad(toy.loss)(zero), jax.hessian(toy.loss)(zero)


def origin_saddle(
    toy: VectorToy, *, scales: ArrayLike | None = None, entries: Mapping[str, float] | None = None
) -> Saddle:
    """Examine the loss at the origin: gradient, Hessian, and one direction down and one up.

    The direction d_- is the truth, or one entry of it per vector; d_+ is the same with the first vector's sign flipped.
    For N vectors the loss changes by (eps^2N -+ 2 eps^N) times the squared product of the directions' lengths, over
    twice the number of entries: the more vectors, the flatter the way out.

    Args:
        toy: One product of vectors, of a single run; its truths must not vanish.
        scales: Distances eps to walk, inside (0, 1), increasing; 0.01 to 0.3 where None.
        entries: By vector, the one entry of its truth that the direction holds, as in the thesis; the whole truth where
            None.

    Returns:
        Gradient, eigenvalues and changes of the loss.

    Raises:
        ValueError: If the toy is more than one product or run, a scale is not inside (0, 1), there are fewer than two,
            or a truth vanishes.

    References:
        Singh, thesis (2025), appendix C.4. Two corrections: for two vectors of more than one entry the Hessian's
        determinant is 0 as well, and its entries have the sign of -a_i* b_j*; the eigenvalues +-|a*| |b*| (over the
        number of entries) decide.
    """
    walk = np.geomspace(0.01, 0.3, 8) if scales is None else np.asarray(scales, dtype=np.float64)
    if walk.ndim != 1 or walk.size < 2 or walk.min() <= 0 or walk.max() >= 1:
        raise ValueError(
            f"`scales` is {walk}; two or more numbers inside (0, 1) are allowed. Leave it out for the usual."
        )
    if not isinstance(toy.mechanism, And):
        raise ValueError(
            f"`toy` is a {type(toy.mechanism).__name__}; one And is allowed. Take `origin_eigenvalues` for any other."
        )
    check_single(toy, "toy")
    lengths = {name: float(length) for name, length in toy.lengths.items()}
    if min(lengths.values()) == 0:
        raise ValueError("`toy` has a truth of zeros only; every truth must have an entry. Draw it again.")
    way = {name: _direction(lengths[name], (entries or lengths)[name]) for name in toy.names}
    first = toy.names[0]
    back = {**way, first: Planar(-way[first].along, way[first].across)}
    slope = jax.tree.leaves(_derivatives(toy)[0])

    def change(direction: State) -> np.ndarray:
        # In float64, which leaves the tiny changes near the origin readable.
        sizes = dict(toy.sizes)
        there = {name: Planar(walk * along, walk * across) for name, (along, across) in direction.items()}
        none = {name: Planar(np.float64(0), np.float64(0)) for name in direction}
        return np.asarray(
            toy.mechanism.loss(there, lengths, sizes) - toy.mechanism.loss(none, lengths, sizes)
        )

    descent, ascent = change(way), change(back)
    order = float(np.polyfit(np.log(walk), np.log((ascent - descent) / 2), 1)[0])
    return Saddle(
        max(float(abs(part)) for part in slope), origin_eigenvalues(toy), walk, descent, ascent, order
    )


def _direction(length: float, entry: float) -> Planar:
    """Return the planar coordinates of a vector that holds one entry of the truth, or of the truth itself."""
    along = entry**2 / length
    return Planar(np.float64(along), np.sqrt(max(entry**2 - along**2, 0.0)))
