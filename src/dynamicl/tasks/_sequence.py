"""A batch of sequences: what the model reads, what it should answer, and which position plays which part."""

from typing import Any

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Bool, Int


class Roles(eqx.Module):
    """Which position of a sequence plays which part.

    Attributes:
        query: position of the query.
        matching_label: label tokens that answer the query.
        other_label: the other label tokens.
        exemplars: exemplar (or key) tokens in the context.
    """

    query: Int[Array, "*batch"]
    matching_label: Bool[Array, "*batch seq"]
    other_label: Bool[Array, "*batch seq"]
    exemplars: Bool[Array, "*batch seq"]

    @property
    def labels(self) -> Bool[Array, "*batch seq"]:
        """Every label token of the context."""
        return self.matching_label | self.other_label

    @property
    def matching_exemplar(self) -> Bool[Array, "*batch seq"]:
        """The exemplars whose label (one position on) answers the query."""
        return jnp.roll(self.matching_label, -1, axis=-1)

    @property
    def is_query(self) -> Bool[Array, "*batch seq"]:
        """The query's position as a mask."""
        return jnp.arange(self.exemplars.shape[-1]) == self.query[..., None]


class Sequence(eqx.Module):
    """Sequences with leading axes `batch`.

    Attributes:
        tokens: index-first description; `Task.inputs` turns it into what the model reads.
        target: the right output.
        options: outputs that occur in the context, to which restricted accuracy is restricted.
        roles: parts that positions play.
    """

    tokens: Any
    target: Int[Array, "*batch"]
    options: Bool[Array, "*batch output"]
    roles: Roles
