"""Label rules: from the classes of a sequence to its labels, the query's (the target) last.

Every rule gives equal labels to equal classes of a sequence; only `Overwritten` then breaks this at one place.
"""

import math
from dataclasses import dataclass

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Int, PRNGKeyArray

from dynamicl.specs import check, register

from .._draws import distinct

ClassRows = Int[Array, "batch pairs_and_query"]
Labels = Int[Array, "batch pairs_and_query"]


@dataclass(frozen=True)
class LabelWorld:
    """What a task's labels are.

    Attributes:
        outputs: labels that there are (L).
        multiplicity: labels of each class (m); class c has labels c m .. c m + m - 1, modulo `outputs`.
        ways: most classes that one sequence can hold.
    """

    outputs: int
    multiplicity: int
    ways: int


def same_class(classes: ClassRows) -> Bool[Array, "batch item other"]:
    """Tell which items of a sequence are of one class."""
    return classes[:, :, None] == classes[:, None, :]


@register("fixed-labels")
@dataclass(frozen=True)
class Fixed:
    """Each class has its own label; with several labels a class, a sequence uses one of them throughout."""

    trained = True

    def labels(self, key: PRNGKeyArray, classes: ClassRows, world: LabelWorld) -> Labels:
        """Return the trained labels."""
        if world.multiplicity == 1:
            return classes % world.outputs
        variant = jax.random.randint(key, classes.shape, 0, world.multiplicity, dtype=jnp.int32)
        first = jnp.argmax(same_class(classes), axis=2)
        own = jnp.take_along_axis(variant, first, axis=1)
        return (classes * world.multiplicity + own) % world.outputs

    def count(self, classes: int, pairs: int, world: LabelWorld) -> int:
        """Count the labellings of so many classes."""
        return world.multiplicity**classes


@register("redrawn-labels")
@dataclass(frozen=True)
class Redrawn:
    """Each class of a sequence gets a label drawn anew, different classes different ones: the context alone tells.

    Attributes:
        among: labels to draw from, the first ones; 0 for all.
    """

    among: int = 0
    trained = False

    def check(self) -> None:
        """Raise `SpecError` for a negative number of labels."""
        check(self.among >= 0, f"`labels.among` is {self.among}: give 0 (all) or a number of labels")

    def labels(self, key: PRNGKeyArray, classes: ClassRows, world: LabelWorld) -> Labels:
        """Return labels that are uniform over all ordered choices of different ones."""
        lots = distinct(key, classes.shape[0], self.among or world.outputs, world.ways)
        first = jnp.argmax(same_class(classes), axis=2)
        is_first = (first == jnp.arange(classes.shape[1])).astype(jnp.int32)
        rank = jnp.take_along_axis(jnp.cumsum(is_first, axis=1) - 1, first, axis=1)
        return jnp.take_along_axis(lots, rank, axis=1)

    def count(self, classes: int, pairs: int, world: LabelWorld) -> int:
        """Count the labellings of so many classes."""
        return math.perm(self.among or world.outputs, classes)


@register("exchanged-labels")
@dataclass(frozen=True)
class Exchanged:
    """Two classes with each other's trained labels: the context's answer is the other one than the weights'."""

    trained = True

    def labels(self, key: PRNGKeyArray, classes: ClassRows, world: LabelWorld) -> Labels:
        """Return to each item the label of the other class."""
        labels = Fixed().labels(key, classes, world)
        other = jnp.argmax(~same_class(classes), axis=2)
        return jnp.take_along_axis(labels, other, axis=1)

    def count(self, classes: int, pairs: int, world: LabelWorld) -> int:
        """Count the labellings of so many classes."""
        return world.multiplicity**classes


@register("shifted-labels")
@dataclass(frozen=True)
class Shifted:
    """Every trained label is replaced by a later one, in context and as the answer.

    Attributes:
        by: how much later, modulo the number of labels.
    """

    by: int = 1
    trained = True

    def labels(self, key: PRNGKeyArray, classes: ClassRows, world: LabelWorld) -> Labels:
        """Return the shifted labels."""
        return (Fixed().labels(key, classes, world) + self.by) % world.outputs

    def count(self, classes: int, pairs: int, world: LabelWorld) -> int:
        """Count the labellings of so many classes."""
        return world.multiplicity**classes


@register("overwritten-label")
@dataclass(frozen=True)
class Overwritten:
    """Trained labels; then the label at one random place of the context is overwritten by the query's."""

    trained = True

    def labels(self, key: PRNGKeyArray, classes: ClassRows, world: LabelWorld) -> Labels:
        """Return labels among which the query's stands beside an item of another class."""
        k_label, k_place = jax.random.split(key)
        labels = Fixed().labels(k_label, classes, world)
        size, items = labels.shape
        place = jax.random.randint(k_place, (size, 1), 0, items - 1)
        return jnp.where(jnp.arange(items) == place, labels[:, -1:], labels)

    def count(self, classes: int, pairs: int, world: LabelWorld) -> int:
        """Count the labellings of so many classes: places, and labels of all but the class that loses its own."""
        return pairs * world.multiplicity ** (classes - 1)
