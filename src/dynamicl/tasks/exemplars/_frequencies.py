"""How often each training class occurs: all alike, or by a power of its rank."""

import math
from dataclasses import dataclass

import jax.numpy as jnp
from jaxtyping import Array, Float

from dynamicl.specs import check, register, vary

LEAST_SHARE = 2.0**-46
"""The finest share of all draws that a draw resolves (two random numbers of 23 bits)."""


@register("uniform-frequencies")
@dataclass(frozen=True)
class Uniform:
    """Every class is equally likely."""

    def weights(self, count: int) -> None:
        """Return no weights: all are equal, which is drawn faster and exactly."""

    def check_for(self, count: int) -> None:
        """Accept any number of classes."""


@register("zipf-frequencies")
@dataclass(frozen=True)
class Zipf:
    """The class of rank k, from 1, has weight k^-exponent. The first classes of the table are the common ones.

    Attributes:
        exponent: varies between runs; 0 gives every class the same weight.

    References:
        Thesis 2.3.5 and Figure 2.6; Reddy 2023, 2.1 (there called alpha).
    """

    exponent: float = vary(1.0)

    def check(self) -> None:
        """Raise `SpecError` for an exponent that means nothing."""
        check(
            0 <= self.exponent < math.inf,
            f"`frequencies.exponent` is {self.exponent}: give 0 or more, finite",
        )

    def weights(self, count: int) -> Float[Array, " class"]:
        """Return the weights by rank; the first is 1."""
        rank = jnp.arange(1, count + 1, dtype=jnp.float32)
        return jnp.exp(-jnp.asarray(self.exponent, jnp.float32) * jnp.log(rank))

    def check_for(self, count: int) -> None:
        """Raise `SpecError` where the rarest of so many classes could not be drawn."""
        total = sum(rank**-self.exponent for rank in range(1, count + 1))
        share = count**-self.exponent / total
        check(
            share >= LEAST_SHARE,
            f"`frequencies.exponent` {self.exponent} leaves the rarest of {count} classes a share of {share:.1g} "
            f"(at least {LEAST_SHARE:.1g} is needed to draw it): reduce the exponent or `task.classes`",
        )
