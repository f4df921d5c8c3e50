"""Which position of a sequence plays which part: the names that clamps, probes and pages use, in one place."""

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Bool, Int

DISJOINT_ROLES = ("matching exemplar", "matching label", "other exemplar", "other label", "query")
"""Parts that share no position; attention between them is what pages show."""

ROLE_COVERS: dict[str, frozenset[str]] = {
    "query": frozenset({"query"}),
    "matching label": frozenset({"matching label"}),
    "other label": frozenset({"other label"}),
    "labels": frozenset({"matching label", "other label"}),
    "matching exemplar": frozenset({"matching exemplar"}),
    "other exemplar": frozenset({"other exemplar"}),
    "exemplars": frozenset({"matching exemplar", "other exemplar"}),
}
"""Every role that can be named, and the disjoint parts that it covers."""

ROLE_NAMES = tuple(ROLE_COVERS)


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
    def other_exemplar(self) -> Bool[Array, "*batch seq"]:
        """The exemplars whose label does not answer the query."""
        return self.exemplars & ~self.matching_exemplar

    @property
    def is_query(self) -> Bool[Array, "*batch seq"]:
        """The query's position as a mask."""
        return jnp.arange(self.exemplars.shape[-1]) == self.query[..., None]

    def mask(self, name: str) -> Bool[Array, "*batch seq"]:
        """Return the positions that play a part, by its name in `ROLE_NAMES`."""
        return getattr(self, "is_query" if name == "query" else name.replace(" ", "_"))


def pair_roles(matching: Bool[Array, "batch pair"]) -> Roles:
    """Return the roles in x1 y1 ... xn yn xq.

    Args:
        matching: pairs whose label answers the query.
    """
    size, pairs = matching.shape
    zeros = jnp.zeros_like(matching)

    def interleave(exemplar: Array, label: Array) -> Array:
        inner = jnp.stack([exemplar, label], axis=2).reshape(size, 2 * pairs)
        return jnp.concatenate([inner, zeros[:, :1]], axis=1)

    query = jnp.full((size,), 2 * pairs, jnp.int32)
    return Roles(query, interleave(zeros, matching), interleave(zeros, ~matching), interleave(~zeros, zeros))
