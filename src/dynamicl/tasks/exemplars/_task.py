"""The distribution over sequences of exemplars that a run is trained on, or scored on."""

import itertools
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int, PRNGKeyArray

from .._roles import pair_roles
from .._sequence import Sequence
from ._classes import ClassLaw
from ._contexts import Items, Room
from ._kinds import SequenceKind
from ._labels import LabelWorld
from ._tokens import ExemplarTokens


class Prepared(eqx.Module):
    """What all runs of a cohort share of a task; `ExemplarTaskSpec.bind` makes the task of it.

    Attributes:
        items: the table, one array for all evaluators.
        name: `train`, or the evaluator's.
    """

    items: Any
    name: str = eqx.field(static=True)


@dataclass(frozen=True)
class Setting:
    """Sizes of a task.

    Attributes:
        pairs: in a context.
        outputs: labels.
        multiplicity: labels of each class.
    """

    pairs: int
    outputs: int
    multiplicity: int


class Part(eqx.Module):
    """One kind of sequence with the law of its classes.

    Attributes:
        law: of its classes.
        kind: its spec; nothing in it varies.
        exemplars: of each class; 0 where every item is made anew.
    """

    law: ClassLaw
    kind: SequenceKind = eqx.field(static=True)
    exemplars: int = eqx.field(static=True)

    def draw(
        self, key: PRNGKeyArray, size: int, setting: Setting
    ) -> tuple[Items, Int[Array, "batch pairs_and_query"]]:
        """Draw items and labels, the query's last."""
        k_items, k_labels = jax.random.split(key)
        room = Room(size, setting.pairs, self.exemplars, self.kind.exemplars)
        items = self.kind.context.draw(k_items, self.law, room)
        return items, self.kind.labels.labels(k_labels, items.classes, self._world(setting))

    def count(self, setting: Setting) -> int | float:
        """Count the distinct sequences, with their answers."""
        if not self.exemplars:
            return math.inf
        kind, world = self.kind, self._world(setting)
        choices = kind.context.count(self.law, setting.pairs, self.exemplars, kind.exemplars)
        return sum(
            number * kind.labels.count(classes, setting.pairs, world) for classes, number in choices.items()
        )

    def _world(self, setting: Setting) -> LabelWorld:
        ways = self.kind.context.most_classes(setting.pairs)
        return LabelWorld(setting.outputs, setting.multiplicity, ways)


class ExemplarTask(eqx.Module):
    """A mixture of kinds of sequences, or one kind.

    Attributes:
        items: where numbers of items become vectors.
        form: how items and labels become what a model reads.
        parts: the kinds.
        shares: of the parts, adding up to 1.
        setting: sizes.
    """

    items: Any
    form: Any
    parts: tuple[Part, ...]
    shares: Float[Array, " part"]
    setting: Setting = eqx.field(static=True)

    def batch(self, key: PRNGKeyArray, size: int) -> Sequence:
        """Draw sequences; `tokens` are numbers of items and labels."""
        k_parts, k_which, k_offset, k_item = jax.random.split(key, 4)
        drawn = self._one_of_each(k_parts, size)
        if len(self.parts) == 1:
            items, labels = drawn[0]
        else:
            lots = jax.random.uniform(k_which, (size, 1))
            passed = lots >= jnp.cumsum(self.shares)[:-1]
            which = jnp.sum(passed.astype(jnp.int32), axis=1, keepdims=True)
            items, labels = jax.tree.map(lambda *parts: _pick(which, parts), *drawn)
        tokens = ExemplarTokens(
            items.classes,
            items.exemplars,
            labels[:, :-1],
            self.form.offsets(k_offset, size),
            jax.random.split(k_item, size) if self.items.needs_key else None,
        )
        target = labels[:, -1]
        # A training step never looks at the options, and the compiler leaves them out of it.
        options = jnp.zeros((size, self.setting.outputs), bool)
        options = options.at[jnp.arange(size)[:, None], labels[:, :-1]].set(True)
        return Sequence(tokens, target, options, pair_roles(labels[:, :-1] == target[:, None]))

    def inputs(self, tokens: ExemplarTokens) -> Any:
        """Gather or make the vectors of one sequence."""
        return self.form.read(self.items.vectors(tokens), tokens.labels, tokens.offset)

    def count(self) -> int | float:
        """Count the distinct sequences, noise left aside; infinity where items are made anew.

        Of a mixture, those of the kind that has most: kinds overlap. Where a bursty context has pairs left over, only
        the sequences in which each of them is of a class of its own, as thesis 3.2.2 counts (1.87e27). Labels are taken
        to be different for different classes.
        """
        shares = np.asarray(self.shares)
        present = [part for part, share in zip(self.parts, shares, strict=True) if share > 0]
        return max(part.count(self.setting) for part in present)

    def describe(self, sequence: Sequence, index: int) -> list[dict[str, str]]:
        """Describe one sequence: items and labels in order."""
        tokens = sequence.tokens
        classes, exemplars, labels = (
            np.asarray(part[index]).tolist() for part in (tokens.classes, tokens.exemplars, tokens.labels)
        )
        items = [self.items.picture(*item) for item in zip(classes, exemplars, strict=True)]
        texts = [{"kind": "text", "text": str(label)} for label in labels]
        pairs = zip(items[:-1], texts, strict=True)
        return [*itertools.chain.from_iterable(pairs), items[-1]]

    def _one_of_each(self, key: PRNGKeyArray, size: int) -> list[tuple[Items, Array]]:
        """Draw every sequence as each kind: small numbers, cheaper than branching."""
        return [
            part.draw(jax.random.fold_in(key, place), size, self.setting)
            for place, part in enumerate(self.parts)
        ]


def most_novel(kinds: Iterable[SequenceKind], pairs: int) -> int:
    """Return the most classes made anew for one sequence of these kinds."""
    numbers = (kind.context.most_classes(pairs) for kind in kinds if kind.classes.pool == "novel")
    return max(numbers, default=0)


def _pick(which: Int[Array, "batch 1"], parts: tuple[Array, ...]) -> Array:
    """Take each sequence from the part that was drawn for it."""
    picked = parts[0]
    for place, part in enumerate(parts[1:], start=1):
        picked = jnp.where(which == place, part, picked)
    return picked
