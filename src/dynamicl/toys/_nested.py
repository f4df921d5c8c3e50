"""Three nested logits: the landscape of an induction head stacked with a classifier.

The classifier's alignment xi sits outside the second layer's match alpha, which sits outside the first layer's pull to
the previous token beta1. While the outer ones are small, the inner ones have no gradient: they are learnt in turn.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ._systems import System, as_single, check_single


class Logits(NamedTuple):
    """A point of the landscape.

    Attributes:
        xi: How much better the classifier's vectors fit their own label than others.
        alpha: How strongly layer 2 attends to a label that follows the target's class.
        beta1: How strongly layer 1 attends to the previous token.
    """

    xi: Any  # arrays (*run), of JAX or NumPy
    alpha: Any
    beta1: Any


class Views(NamedTuple):
    """What the point makes the network do.

    Attributes:
        previous: Attention of a label to the item before it.
        correct: Attention of the target to the right label; 1 / (2N + 1) where it attends to everything alike.
        probability: Of the right label.
    """

    previous: Float[Array, "*run"]
    correct: Float[Array, "*run"]
    probability: Float[Array, "*run"]


class NestedLogits(System):
    """The cross-entropy of an induction head with labels L and pairs N.

    Attributes:
        labels: L, at least N.
        pairs: N, at least 2.
        expected: Average over where in the context the right label stands, instead of taking the middle, N
            competitors in layer 1, for all.

    References:
        Reddy (2023), equations 7 to 10; the average is the "more elaborate model" named after equation 9.

    Example:
        >>> landscape = NestedLogits(32, 8)
        >>> bool(abs(landscape.loss(landscape.origin) - np.log(32)) < 1e-6)
        True
    """

    labels: Any
    pairs: int = eqx.field(static=True)
    expected: bool = eqx.field(static=True, default=False)

    def __check_init__(self) -> None:
        if self.pairs < 2 or self.pairs != int(self.pairs):
            raise ValueError(f"`pairs` is {self.pairs}; a whole number of at least 2 is allowed. 8 is usual.")
        try:
            fewest = float(np.min(np.asarray(self.labels)))
        except (jax.errors.TracerArrayConversionError, TypeError, ValueError):
            # A tracer, or a placeholder while a pytree is rebuilt: checked when it was a number.
            return
        if not np.isfinite(np.asarray(self.labels)).all():
            raise ValueError(f"`labels` is {self.labels}; finite numbers are allowed. 32 is usual.")
        if fewest < self.pairs:
            raise ValueError(
                f"`labels` is {fewest:g} with {self.pairs} pairs; at least one a pair is allowed. Take more labels."
            )

    @property
    def names(self) -> tuple[str, ...]:
        """The three logits."""
        return Logits._fields

    @property
    def origin(self) -> Logits:
        """The point at which nothing is learnt."""
        return Logits(*(jnp.zeros(()) for _ in Logits._fields))

    def hold(self, state: Logits, names: Sequence[str]) -> tuple[Logits, Logits]:
        """Hold the named logits where they start.

        Raises:
            ValueError: If a name is unknown.
        """
        self.check_names(names)
        return Logits(*state), Logits(*(jnp.array(name not in names) for name in Logits._fields))

    def match(self, state: Logits) -> tuple[Array, Array]:
        """Return attention to the previous token, and y, the logit of layer 2, over contexts on a last axis."""
        positions = np.arange(1, self.pairs + 1)
        rivals = 2.0 * positions - 1.0 if self.expected else np.array([float(self.pairs)])
        beta1 = jnp.asarray(state.beta1)[..., None]
        previous = jax.nn.sigmoid(beta1 - jnp.log(jnp.asarray(rivals, dtype=beta1.dtype)))
        return previous, jnp.asarray(state.alpha)[..., None] * previous

    def loss(self, state: Logits) -> Float[Array, "*run"]:
        """Return the cross-entropy in nats: log(1 + (N - 1) exp(-z) + (L - N) exp(-z'))."""
        return jnp.mean(self._losses(state), axis=-1)

    def _losses(self, state: Logits) -> Array:
        """Return the loss of each context, written so that nothing overflows."""
        _, y = self.match(state)
        xi = jnp.asarray(state.xi)[..., None]
        correct = jax.nn.sigmoid(y - jnp.log(2.0 * self.pairs))
        rest = jax.nn.sigmoid(jnp.log(2.0 * self.pairs) - y) / (2.0 * self.pairs)
        others, absent = -(correct - rest) * xi, -correct * xi
        labels = jnp.asarray(self.labels, dtype=xi.dtype)[..., None]
        counts = jnp.ones(()), jnp.asarray(self.pairs - 1.0), labels - self.pairs
        terms = jnp.broadcast_arrays(jnp.zeros_like(others), others, absent, *counts)
        return jax.nn.logsumexp(jnp.stack(terms[:3]), axis=0, b=jnp.stack(terms[3:]))

    def views(self, state: Logits) -> Views:
        """Return the attention and the probability that a point amounts to, averaged over contexts."""
        previous, y = self.match(state)
        parts = previous, jax.nn.sigmoid(y - jnp.log(2.0 * self.pairs)), jnp.exp(-self._losses(state))
        return Views(*(jnp.mean(part, axis=-1) for part in parts))


class OriginCurvature(NamedTuple):
    """The landscape at the origin.

    Attributes:
        slope: Gradient by (xi, alpha, beta1), shape (3,).
        hessian: Second derivatives in that order, shape (3, 3).
        eigenvalues: Of the Hessian, increasing, shape (3,).
        directions: Their eigenvectors in columns, shape (3, 3).
        flat: Which eigenvalues vanish: directions in which neither slope nor curvature says anything, shape (3,).
    """

    slope: np.ndarray
    hessian: np.ndarray
    eigenvalues: np.ndarray
    directions: np.ndarray
    flat: np.ndarray


FLAT = 1e-6
"""Eigenvalues of a smaller size are rounding."""


def origin_curvature(landscape: NestedLogits) -> OriginCurvature:
    """Return gradient and Hessian at the origin.

    For L = N the gradient vanishes and of the Hessian only the entry of xi and alpha, -(N - 1) / (N (N + 1) (2N + 1)),
    is not zero: a saddle with eigenvalues of both signs, and beta1 free. For L > N the slope along xi,
    -(L - N) / (L (2N + 1)), leads away from it.

    Args:
        landscape: Of a single run.

    Returns:
        Slope, Hessian and its eigenvalues.

    Raises:
        ValueError: If the landscape has several runs.

    References:
        Reddy (2023), text after equation 10 and figure A.4.
    """
    check_single(landscape, "landscape")
    slope, hessian = map(np.asarray, _derivatives(jax.tree.map(as_single, landscape)))
    eigenvalues, directions = np.linalg.eigh(hessian)
    return OriginCurvature(slope, hessian, eigenvalues, directions, np.abs(eigenvalues) < FLAT)


@eqx.filter_jit
def _derivatives(landscape: NestedLogits) -> tuple[Array, Array]:
    def loss(point: Array) -> Array:
        return landscape.loss(Logits(*point))

    return jax.grad(loss)(jnp.zeros(3)), jax.hessian(loss)(jnp.zeros(3))
