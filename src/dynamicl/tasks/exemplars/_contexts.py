"""Context laws: the classes and exemplars of a sequence's pairs, and of its query (last)."""

import math
from dataclasses import dataclass
from typing import Literal

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Int, PRNGKeyArray

from dynamicl.specs import check, register

from .._draws import distinct
from ._classes import ClassLaw
from ._counting import partitions

Exemplars = Literal["different", "independent", "matched"]


class Items(eqx.Module):
    """The items of sequences, the query last.

    Attributes:
        classes: row of each item's class.
        exemplars: which exemplar of the class; for items made anew, a number that equal items share.
    """

    classes: Int[Array, "batch pairs_and_query"]
    exemplars: Int[Array, "batch pairs_and_query"]


@dataclass(frozen=True)
class Room:
    """What a context law has to work with.

    Attributes:
        size: sequences.
        pairs: in each context (n).
        exemplars: of each class (E); 0 where every item is made anew.
        how: exemplars of a class `different` from each other within a part, `independent`, or `matched` (those of the
            query's class are the query's own, other classes' are different).
    """

    size: int
    pairs: int
    exemplars: int
    how: Exemplars

    def independent(self, key: PRNGKeyArray, number: int) -> Int[Array, "batch number"]:
        """Draw exemplars independently of each other."""
        return jax.random.randint(key, (self.size, number), 0, self.exemplars, dtype=jnp.int32)

    def items(self, classes: Int[Array, "batch item"], exemplars: Int[Array, "batch item"]) -> Items:
        """Put items together; where the query's class is to match, its items are the query's."""
        if not self.exemplars:
            exemplars = jnp.broadcast_to(jnp.arange(self.pairs + 1, dtype=jnp.int32), classes.shape)
        if self.how == "matched":
            exemplars = jnp.where(classes == classes[:, -1:], exemplars[:, -1:], exemplars)
        return Items(classes, exemplars)


@register("bursty-context")
@dataclass(frozen=True)
class Bursty:
    """Some classes several times each, the query's among them; what is left over is drawn independently; shuffled.

    Attributes:
        burst: how often each of those classes occurs (b, or Reddy's B).
        classes: how many, the query's among them; 0 for as many as fill the context.
    """

    burst: int = 1
    classes: int = 2

    def check(self) -> None:
        """Raise `SpecError` for bursts that mean nothing."""
        check(self.burst >= 1, f"`context.burst` is {self.burst}: give at least 1, or use `Independent`")
        check(
            self.classes >= 0,
            f"`context.classes` is {self.classes}: give at least 1, or 0 for as many as fill the context",
        )

    def check_for(self, pairs: int) -> None:
        """Raise `SpecError` where the bursts do not fit."""
        check(
            self.classes > 0 or pairs % self.burst == 0,
            f"a context of {pairs} pairs is no whole number of bursts of {self.burst}: change `task.pairs` or "
            "`context.burst`, or say how many `context.classes`",
        )
        check(
            self.classes * self.burst <= pairs,
            f"{self.classes} classes {self.burst} times each do not fit a context of {pairs} pairs: reduce "
            "`context.burst` or `context.classes`, or raise `task.pairs`",
        )

    def ways(self, pairs: int) -> int:
        """Classes that occur in bursts."""
        return self.classes or pairs // self.burst

    def rest(self, pairs: int) -> int:
        """Pairs left over, drawn independently."""
        return pairs - self.ways(pairs) * self.burst

    def most_classes(self, pairs: int) -> int:
        """Most classes in a sequence."""
        return self.ways(pairs) + self.rest(pairs)

    def fewest_classes(self, pairs: int) -> int:
        """Classes, or groups of classes, that there must be."""
        return self.ways(pairs)

    def exemplars_needed(self, how: Exemplars) -> int:
        """Exemplars that each class must have."""
        return {"different": self.burst + 1, "matched": self.burst, "independent": 1}[how]

    def count(self, law: ClassLaw, pairs: int, exemplars: int, how: Exemplars) -> dict[int, int]:
        """Count the distinct choices of items by how many classes they hold.

        Where pairs are left over, only the choices in which each of them is of a class of its own.
        """
        ways, rest = self.ways(pairs), self.rest(pairs)
        others = math.comb(law.groups - 1, ways - 1) * law.members ** (ways - 1)
        classes = law.count * others * math.comb(law.count - ways, rest)
        orders = math.factorial(pairs) // math.factorial(self.burst) ** ways
        bursts = math.perm(exemplars, self.burst) ** (ways - 1)
        drawn = {
            "different": math.perm(exemplars, self.burst + 1) * bursts * exemplars**rest,
            "matched": exemplars * bursts * exemplars**rest,
            "independent": exemplars ** (pairs + 1),
        }
        return {ways + rest: classes * orders * drawn[how]}

    def draw(self, key: PRNGKeyArray, law: ClassLaw, room: Room) -> Items:
        """Draw the items of `room.size` sequences."""
        k_class, k_more, k_order, k_part, k_rest = jax.random.split(key, 5)
        rest = self.rest(room.pairs)
        classes = law.different(k_class, room.size, self.ways(room.pairs))
        context = jnp.repeat(classes, self.burst, axis=1)
        if rest:
            context = jnp.concatenate([context, law.independent(k_more, room.size, rest)], axis=1)
        exemplars = jnp.zeros((room.size, room.pairs + 1), jnp.int32)
        if room.exemplars:
            exemplars = self._exemplars(k_part, k_rest, room)
        order = distinct(k_order, room.size, room.pairs, room.pairs)
        context = jnp.take_along_axis(context, order, axis=1)
        shuffled = jnp.take_along_axis(exemplars[:, :-1], order, axis=1)
        return room.items(
            jnp.concatenate([context, classes[:, :1]], axis=1),
            jnp.concatenate([shuffled, exemplars[:, -1:]], axis=1),
        )

    def _exemplars(
        self, k_part: PRNGKeyArray, k_rest: PRNGKeyArray, room: Room
    ) -> Int[Array, "batch pairs_and_query"]:
        """Draw exemplars: those of the bursts class by class, of what is left over, of the query."""
        if room.how == "independent":
            return room.independent(k_part, room.pairs + 1)
        number, ways = self.exemplars_needed(room.how), self.ways(room.pairs)
        each = distinct(k_part, room.size * ways, room.exemplars, number)
        each = each.reshape(room.size, ways, number)
        bursts = each[:, :, : self.burst].reshape(room.size, -1)
        query = each[:, :1, -1]
        rest = room.independent(k_rest, self.rest(room.pairs))
        return jnp.concatenate([bursts, rest, query], axis=1)


@register("independent-context")
@dataclass(frozen=True)
class Independent:
    """Pairs and query are drawn independently.

    Attributes:
        different: the context's classes are different (with balanced labels, of different labels); the query is still
            independent of them.
    """

    different: bool = False

    def check_for(self, pairs: int) -> None:
        """Accept any length."""

    def most_classes(self, pairs: int) -> int:
        """Most classes in a sequence."""
        return pairs + 1

    def fewest_classes(self, pairs: int) -> int:
        """Classes, or groups of classes, that there must be."""
        return pairs if self.different else 1

    def exemplars_needed(self, how: Exemplars) -> int:
        """Exemplars that each class must have."""
        return 1

    def count(self, law: ClassLaw, pairs: int, exemplars: int, how: Exemplars) -> dict[int, int]:
        """Count the distinct choices of items by how many classes they hold."""
        drawn = exemplars ** (pairs + 1)
        if self.different:
            context = math.perm(law.groups, pairs) * law.members**pairs
            return {pairs: context * pairs * drawn, pairs + 1: context * (law.count - pairs) * drawn}
        return {
            number: partitions(pairs + 1, number) * math.perm(law.count, number) * drawn
            for number in range(1, pairs + 2)
        }

    def draw(self, key: PRNGKeyArray, law: ClassLaw, room: Room) -> Items:
        """Draw the items of `room.size` sequences."""
        k_context, k_query, k_exemplar = jax.random.split(key, 3)
        if self.different:
            context = law.different(k_context, room.size, room.pairs)
        else:
            context = law.independent(k_context, room.size, room.pairs)
        query = law.independent(k_query, room.size, 1)
        return _with_independent_exemplars(k_exemplar, context, query, room)


@register("absent-context")
@dataclass(frozen=True)
class Absent:
    """The query's class does not occur in the context.

    Attributes:
        different: the context's classes are different from each other too; otherwise they may repeat.
    """

    different: bool = True

    def check_for(self, pairs: int) -> None:
        """Accept any length."""

    def most_classes(self, pairs: int) -> int:
        """Most classes in a sequence."""
        return pairs + 1

    def fewest_classes(self, pairs: int) -> int:
        """Classes, or groups of classes, that there must be."""
        return pairs + 1 if self.different else 2

    def exemplars_needed(self, how: Exemplars) -> int:
        """Exemplars that each class must have."""
        return 1

    def count(self, law: ClassLaw, pairs: int, exemplars: int, how: Exemplars) -> dict[int, int]:
        """Count the distinct choices of items by how many classes they hold, the query's among them."""
        drawn = exemplars ** (pairs + 1)
        if self.different:
            return {pairs + 1: math.perm(law.groups, pairs + 1) * law.members ** (pairs + 1) * drawn}
        others = law.count - law.members
        return {
            number + 1: law.count * partitions(pairs, number) * math.perm(others, number) * drawn
            for number in range(1, pairs + 1)
        }

    def draw(self, key: PRNGKeyArray, law: ClassLaw, room: Room) -> Items:
        """Draw the items of `room.size` sequences."""
        k_class, k_more, k_exemplar = jax.random.split(key, 3)
        if self.different:
            classes = law.different(k_class, room.size, room.pairs + 1)
            query, context = classes[:, :1], classes[:, 1:]
            if law.weights is not None:
                # What is drawn first is more common, and no place should be.
                order = distinct(k_more, room.size, room.pairs, room.pairs)
                context = jnp.take_along_axis(context, order, axis=1)
        else:
            query = law.independent(k_class, room.size, 1)
            context = law.apart(k_more, query[:, 0], room.pairs)
        return _with_independent_exemplars(k_exemplar, context, query, room)


def _with_independent_exemplars(key: PRNGKeyArray, context: Array, query: Array, room: Room) -> Items:
    classes = jnp.concatenate([context, query], axis=1)
    exemplars = room.independent(key, room.pairs + 1) if room.exemplars else jnp.zeros_like(classes)
    return room.items(classes, exemplars)
