"""Tokens that are vectors already: items and labels in one content space, places as one-hot vectors beside it."""

from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int, PRNGKeyArray

from ._embeddings import embeds
from ._layers import Linear


class ContentTokens(eqx.Module):
    """Vectors of one space: x1 y1 ... xn yn xq.

    Attributes:
        content: items and labels alike, in order.
        offset: place of the first token; the others follow it.
        labels: the labels' vectors, for whoever ties a read-out to them; the same for every sequence.
        places: places that there are; 0 for none.

    References:
        Reddy 2023, section 2 (there P places and D content dimensions).
    """

    content: Float[Array, "*batch seq content"]
    offset: Int[Array, "*batch"]
    labels: Float[Array, "*batch label content"]
    places: int = eqx.field(static=True)

    @property
    def length(self) -> int:
        """Positions in the sequence."""
        return self.content.shape[-2]

    @property
    def width(self) -> int:
        """Dimensions of a token: places, then content."""
        return self.places + self.content.shape[-1]

    @property
    def vectors(self) -> Float[Array, "*batch seq place_and_content"]:
        """Tokens as the model reads them: a one-hot place, then the content."""
        if not self.places:
            return self.content
        place = self.offset[..., None] + jnp.arange(self.length)
        return jnp.concatenate([jax.nn.one_hot(place, self.places), self.content], axis=-1)

    def bounds(self) -> dict[str, tuple[Any, int]]:
        """The window ends at the last place at most."""
        if not self.places:
            return {}
        return {"window offset": (self.offset, self.places - self.length + 1)}


class ContentEmbedding(eqx.Module):
    """A linear map of a token's places and content."""

    token: Linear

    def __call__(self, tokens: ContentTokens) -> tuple[Float[Array, "seq d"], None]:
        """Return the embedded sequence; no position is padding."""
        return self.token(tokens.vectors), None


@embeds(ContentTokens)
def _content_embedding(
    tokens: ContentTokens, d_model: int, scale: float, key: PRNGKeyArray
) -> ContentEmbedding:
    return ContentEmbedding(Linear(tokens.width, d_model, key=key))
