"""Which classes a kind of sequence is made of, and how they are drawn.

Classes are numbered by their row in the table: training classes, held-out ones, then those drawn anew for every
sequence. They are drawn in *groups*: a group is a class of its own, or, where labels are balanced, all classes that
carry one label. Groups are drawn without replacement, then a class of each.
"""

from dataclasses import dataclass
from typing import Literal

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int, PRNGKeyArray

from dynamicl.specs import check, register

from .._draws import SEQUENTIAL_LIMIT, distinct


@register("classes")
@dataclass(frozen=True)
class Classes:
    """Describe which classes a sequence is made of.

    Attributes:
        pool: `trained`, `held-out` (never trained on, without labels of their own) or `novel` (centres drawn anew for
            every sequence; Gaussian items alone).
        first: classes of the pool left out at its beginning. Training classes stand in order of rank, so this leaves
            out the most common ones.
        count: classes used; 0 for all the rest.
        drawings: exemplars of each class used, the first ones; 0 for all.
        weighted: draw training classes by the task's frequencies; otherwise all alike.
    """

    pool: Literal["trained", "held-out", "novel"] = "trained"
    first: int = 0
    count: int = 0
    drawings: int = 0
    weighted: bool = True

    def check(self) -> None:
        """Raise `SpecError` for counts below 0."""
        for name in ("first", "count", "drawings"):
            check(getattr(self, name) >= 0, f"`classes.{name}` is {getattr(self, name)}: give 0 or more")


class ClassLaw(eqx.Module):
    """A distribution over classes.

    Attributes:
        weights: weight of each class of the range by group and member, or `None` where all are alike.
        start: row of the first class.
        groups: groups of classes.
        members: classes in each group; class `start + member * groups + group`.
    """

    weights: Float[Array, "group member"] | None
    start: int = eqx.field(static=True)
    groups: int = eqx.field(static=True)
    members: int = eqx.field(static=True)

    @property
    def count(self) -> int:
        """Number of classes."""
        return self.groups * self.members

    def different(self, key: PRNGKeyArray, size: int, number: int) -> Int[Array, "batch number"]:
        """Draw classes of different groups: each by its weight among the groups not drawn before it.

        Args:
            key: random key.
            size: sequences.
            number: classes in each, at most `groups`.
        """
        k_group, k_member = jax.random.split(key)
        if self.weights is None:
            groups = distinct(k_group, size, self.groups, number)
        elif number > SEQUENTIAL_LIMIT:
            # Sorting log-weights with Gumbel noise draws one after the other without replacement.
            noise = jax.random.gumbel(k_group, (size, self.groups))
            order = jnp.argsort(-(jnp.log(self.weights.sum(1)) + noise), axis=1)
            groups = order[:, :number].astype(jnp.int32)
        else:
            groups = self.groups - 1 - _one_by_one(k_group, _edges(self.weights.sum(1)), size, number)
        return self._with_members(k_member, groups)

    def independent(self, key: PRNGKeyArray, size: int, number: int) -> Int[Array, "batch number"]:
        """Draw classes independently, each by its weight."""
        k_group, k_member = jax.random.split(key)
        shape = (size, number)
        if self.weights is None:
            groups = jax.random.randint(k_group, shape, 0, self.groups, dtype=jnp.int32)
        else:
            edges = _edges(self.weights.sum(1))
            groups = self.groups - 1 - _place(edges, fine_uniform(k_group, shape) * edges[-1])
        return self._with_members(k_member, groups)

    def apart(
        self, key: PRNGKeyArray, taken: Int[Array, " batch"], number: int
    ) -> Int[Array, "batch number"]:
        """Draw classes independently of each other, none of them of the group of `taken`."""
        k_group, k_member = jax.random.split(key)
        size = taken.shape[0]
        taken_groups = ((taken - self.start) % self.groups)[:, None]
        if self.weights is None:
            groups = jax.random.randint(k_group, (size, number), 0, self.groups - 1, dtype=jnp.int32)
            return self._with_members(k_member, groups + (groups >= taken_groups).astype(jnp.int32))
        edges = _edges(self.weights.sum(1))
        places = jnp.repeat(self.groups - 1 - taken_groups, number, axis=0)
        lots = fine_uniform(k_group, (size * number,))
        groups = self.groups - 1 - _place_apart(edges, lots, places)
        return self._with_members(k_member, groups.reshape(size, number))

    def _with_members(
        self, key: PRNGKeyArray, groups: Int[Array, "batch number"]
    ) -> Int[Array, "batch number"]:
        if self.members == 1:
            return self.start + groups
        if self.weights is None:
            member = jax.random.randint(key, groups.shape, 0, self.members, dtype=jnp.int32)
        else:
            edges = jnp.cumsum(self.weights[:, ::-1], axis=1)[groups]
            lots = fine_uniform(key, groups.shape) * edges[..., -1]
            passed = jnp.sum((lots[..., None] >= edges).astype(jnp.int32), axis=-1)
            member = self.members - 1 - jnp.minimum(passed, self.members - 1)
        return self.start + member * self.groups + groups


def fine_uniform(key: PRNGKeyArray, shape: tuple[int, ...]) -> Float[Array, "*shape"]:
    """Draw uniform numbers whose lowest digits are random too: near 0, where floats lie dense, to 46 bits."""
    coarse, fine = jax.random.uniform(key, (2, *shape))
    return coarse + fine * jnp.float32(2.0**-23)


def _edges(weights: Float[Array, " group"]) -> Float[Array, " group"]:
    """Return the ends of the groups' intervals, rarest first: small weights are not lost beside large sums."""
    return jnp.cumsum(weights[::-1])


def _one_by_one(
    key: PRNGKeyArray, edges: Float[Array, " place"], size: int, number: int
) -> Int[Array, "batch number"]:
    """Draw different intervals, each by its width among those not drawn before it."""
    places = jnp.zeros((size, 0), jnp.int32)
    for lots in fine_uniform(key, (number, size)):
        place = _place_apart(edges, lots, places)
        places = jnp.concatenate([places, place[:, None]], axis=1)
    return places


def _place(edges: Float[Array, " place"], lots: Float[Array, "*draws"]) -> Int[Array, "*draws"]:
    """Return the interval in which each number lies."""
    places = jnp.searchsorted(edges, lots, side="right", method="scan_unrolled")
    return jnp.minimum(places, edges.shape[0] - 1).astype(jnp.int32)


def _place_apart(
    edges: Float[Array, " place"], lots: Float[Array, " draw"], taken: Int[Array, "draw taken"]
) -> Int[Array, " draw"]:
    """Return the interval of each number in 0 .. 1 on the line from which the taken intervals are cut out."""
    taken = jnp.sort(taken, axis=1)
    starts = jnp.where(taken > 0, edges[taken - 1], 0.0)
    widths = edges[taken] - starts
    at = lots * (edges[-1] - widths.sum(axis=1))
    for start, width in zip(starts.T, widths.T, strict=True):
        at = at + jnp.where(at >= start, width, 0.0)
    places = _place(edges, at)
    # At the border of an interval rounding may fall into it: the next free one is meant.
    for place in taken.T:
        places = places + (places == place).astype(jnp.int32)
    places = jnp.minimum(places, edges.shape[0] - 1)
    for place in taken.T[::-1]:
        places = places - (places == place).astype(jnp.int32)
    return places
