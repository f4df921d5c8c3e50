"""Forms: how items and labels become what a model reads. Labels are numbers, or vectors in the items' space."""

from dataclasses import dataclass

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int, PRNGKeyArray

from dynamicl.models import ContentTokens, PairTokens
from dynamicl.specs import check, register

LABELS = 2
"""Tag of the label vectors, drawn from the world."""


class PairForm(eqx.Module):
    """Labels are numbers that the model embeds."""

    outputs: int = eqx.field(static=True)

    def offsets(self, key: PRNGKeyArray, size: int) -> Int[Array, " batch"]:
        """Return no offsets."""
        return jnp.zeros(size, jnp.int32)

    def read(
        self,
        items: Float[Array, "pairs_and_query feature"],
        labels: Int[Array, " pair"],
        offset: Int[Array, ""],
    ) -> PairTokens:
        """Put one sequence together."""
        return PairTokens(items, labels, self.outputs)


class ContentForm(eqx.Module):
    """Labels are vectors of the items' space, places one-hot vectors beside it."""

    vectors: Float[Array, "label content"]
    places: int = eqx.field(static=True)
    length: int = eqx.field(static=True)

    def offsets(self, key: PRNGKeyArray, size: int) -> Int[Array, " batch"]:
        """Draw where the windows begin, uniformly over all places at which they fit."""
        room = max(self.places - self.length, 0) + 1
        return jax.random.randint(key, (size,), 0, room, dtype=jnp.int32)

    def read(
        self,
        items: Float[Array, "pairs_and_query feature"],
        labels: Int[Array, " pair"],
        offset: Int[Array, ""],
    ) -> ContentTokens:
        """Put one sequence together."""
        # Items must come from a product or a table: what is drawn in the same loop would be drawn again for each piece.
        pairs = jnp.stack([items[:-1], self.vectors[labels]], axis=1)
        content = jnp.concatenate([pairs.reshape(self.length - 1, -1), items[-1:]])
        return ContentTokens(content, offset, self.vectors, self.places)


@register("label-numbers")
@dataclass(frozen=True)
class LabelNumbers:
    """Items are vectors, labels numbers: exemplar-label pairs as the transformer embeds them."""

    def check_for(self, pairs: int) -> None:
        """Accept any length."""

    def bind(self, outputs: int, pairs: int, width: int, world: PRNGKeyArray) -> PairForm:
        """Return the form."""
        return PairForm(outputs)


@register("label-vectors")
@dataclass(frozen=True)
class LabelVectors:
    """Labels are vectors drawn as class centres are; each token has a one-hot place in a window at a random offset.

    Attributes:
        places: that there are (P); the window takes 2 n + 1 of them. 0 for none.

    References:
        Reddy 2023, section 2.
    """

    places: int = 65

    def check(self) -> None:
        """Raise `SpecError` for a negative number of places."""
        check(self.places >= 0, f"`form.places` is {self.places}: give 0 (none) or more")

    def check_for(self, pairs: int) -> None:
        """Raise `SpecError` where the window does not fit."""
        length = 2 * pairs + 1
        check(
            self.places == 0 or self.places >= length,
            f"`form.places` is {self.places}: a sequence of {pairs} pairs takes {length}; give at least as many, or 0 "
            "for none",
        )

    def bind(self, outputs: int, pairs: int, width: int, world: PRNGKeyArray) -> ContentForm:
        """Draw the labels' vectors, of mean squared norm 1."""
        normal = jax.random.normal(jax.random.fold_in(world, LABELS), (outputs, width))
        return ContentForm(normal / jnp.sqrt(jnp.float32(width)), self.places, 2 * pairs + 1)
