"""From tokens to the residual stream: one embedder for each kind of token."""

from collections.abc import Callable
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray

from dynamicl.specs import SpecError

from ._inputs import PairTokens, TokenIds
from ._layers import Linear

ONE_HOT_LIMIT = 256
"""Up to this many rows a look-up is a product with one-hot vectors: its gradient is then a product too, where a
gather's would be a scatter-add, several times slower on a CPU."""


def look_up(table: Float[Array, "rows d"], index: Array) -> Float[Array, "*index d"]:
    """Return rows of a table."""
    if table.shape[0] > ONE_HOT_LIMIT:
        return table[index]
    return jax.nn.one_hot(index, table.shape[0], dtype=table.dtype) @ table


Embedder = Callable[[Any, int, float, PRNGKeyArray], Any]
_EMBEDDERS: dict[type, Embedder] = {}


def embeds(kind: type) -> Callable[[Embedder], Embedder]:
    """Register how a kind of token is embedded.

    Args:
        kind: the class of tokens.

    Returns:
        A decorator for `build(tokens, d_model, scale, key)`, which returns a module: called on one sequence's tokens it
        gives the residual stream (seq, d_model) and a mask of the positions that are no padding, or `None`.
    """

    def decorate(build: Embedder) -> Embedder:
        _EMBEDDERS[kind] = build
        return build

    return decorate


def embedder(tokens: Any, d_model: int, scale: float, key: PRNGKeyArray) -> Any:
    """Build the embedder of a kind of token.

    Args:
        tokens: one sequence's, arrays or shapes.
        d_model: width of the residual stream.
        scale: standard deviation at which tables are drawn.
        key: random key.

    Raises:
        SpecError: nobody registered an embedder for this kind.
    """
    build = _EMBEDDERS.get(type(tokens))
    if build is None:
        known = ", ".join(sorted(kind.__name__ for kind in _EMBEDDERS))
        raise SpecError(
            f"tokens are `{type(tokens).__name__}`, which nothing embeds (known: {known}): register an embedder with "
            "`dynamicl.models.embeds`"
        )
    return build(tokens, d_model, scale, key)


class PairEmbedding(eqx.Module):
    """Exemplars through a linear map, labels from a table, interleaved: x1 y1 ... xn yn xq.

    The label table is drawn from a normal of standard deviation `label_scale`, cut at two.
    """

    exemplar: Linear
    label: Float[Array, "label d"]

    def __init__(self, features: int, labels: int, d_model: int, *, label_scale: float, key: PRNGKeyArray):
        first, second = jax.random.split(key)
        self.exemplar = Linear(features, d_model, key=first)
        self.label = label_scale * jax.random.truncated_normal(second, -2.0, 2.0, (labels, d_model))

    def __call__(self, tokens: PairTokens) -> tuple[Float[Array, "seq d"], None]:
        """Return the embedded sequence; no position is padding."""
        exemplars = self.exemplar(tokens.exemplars)
        pairs = jnp.stack([exemplars[:-1], look_up(self.label, tokens.labels)], axis=1)
        return jnp.concatenate([pairs.reshape(-1, pairs.shape[-1]), exemplars[-1:]]), None


class TokenEmbedding(eqx.Module):
    """A table of vectors for discrete tokens, drawn from a normal of standard deviation `scale`, cut at two."""

    table: Float[Array, "token d"]

    def __init__(self, vocabulary: int, d_model: int, *, scale: float, key: PRNGKeyArray):
        self.table = scale * jax.random.truncated_normal(key, -2.0, 2.0, (vocabulary, d_model))

    def __call__(self, tokens: TokenIds) -> tuple[Float[Array, "seq d"], Array]:
        """Return the embedded sequence and the mask of positions that are no padding."""
        return look_up(self.table, tokens.ids), tokens.valid


@embeds(PairTokens)
def _pair_embedding(tokens: PairTokens, d_model: int, scale: float, key: PRNGKeyArray) -> PairEmbedding:
    features = tokens.exemplars.shape[-1]
    return PairEmbedding(features, tokens.label_count, d_model, label_scale=scale, key=key)


@embeds(TokenIds)
def _token_embedding(tokens: TokenIds, d_model: int, scale: float, key: PRNGKeyArray) -> TokenEmbedding:
    return TokenEmbedding(tokens.vocabulary, d_model, scale=scale, key=key)
