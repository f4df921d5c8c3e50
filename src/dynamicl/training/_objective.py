"""What is minimised: the cross-entropy of the answers, and penalties on parts of the network."""

import math
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import optax
from jaxtyping import Array, Float, Int, PyTree

from dynamicl.specs import check, register, vary

from ._parts import part_mask


@register("penalty")
@dataclass(frozen=True)
class Penalty:
    """A term strength / 2 x sum of squares in the loss.

    Its gradient is strength x weight, so under plain gradient descent it equals a decay of rate x strength a step;
    under Adam it does not.

    Attributes:
        part: a named part (`everything`, `weights`, `embedder`, `attention`, `mlp`, `unembedding`, `norms`, `biases`)
            or a glob over the names of arrays. All but `everything`, `norms` and `biases` leave norms and biases out.
        strength: varies between runs.

    References:
        Thesis 3.5 and Figures 3.8, 3.10 (whose convention, a sum or half of it, is not stated).
    """

    part: str = "weights"
    strength: float = vary(0.0)

    def check(self) -> None:
        """Raise `SpecError` for a strength that means nothing."""
        check(0 <= self.strength < math.inf, f"`penalty.strength` is {self.strength}: give 0 or more, finite")


@register("objective")
@dataclass(frozen=True)
class ObjectiveSpec:
    """Describe what is minimised.

    Attributes:
        penalties: added to the mean cross-entropy.
    """

    penalties: tuple[Any, ...] = ()

    def check(self) -> None:
        """Raise `SpecError` for penalties of another kind."""
        for penalty in self.penalties:
            check(
                isinstance(penalty, Penalty),
                f"`objective.penalties` holds {penalty!r}: give a tuple of `Penalty`s",
            )


def cross_entropy(logits: Float[Array, "batch output"], target: Int[Array, " batch"]) -> Float[Array, ""]:
    """Return the mean cross-entropy, in nats."""
    return jnp.mean(optax.softmax_cross_entropy_with_integer_labels(logits, target))


def penalty(spec: ObjectiveSpec, weights: PyTree) -> Float[Array, ""]:
    """Add up the penalties, in nats."""
    total = jnp.float32(0)
    for term in spec.penalties:
        mask = part_mask(weights, term.part)
        squares = jax.tree.map(lambda w, inside: jnp.sum(jnp.square(w)) if inside else 0.0, weights, mask)
        total = total + jnp.asarray(term.strength, jnp.float32) / 2 * sum(jax.tree.leaves(squares))
    return total
