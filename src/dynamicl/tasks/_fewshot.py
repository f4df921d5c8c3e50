"""Few-shot classification in context: n exemplar-label pairs with labels redrawn for every sequence, then a query.

The query's class is always among the context's, its label never to be learnt by heart, so only reading the context
solves the task (thesis 4.2.1; Figure 4.1b).
"""

import itertools
import math
from dataclasses import dataclass
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int, PRNGKeyArray

from dynamicl.models import PairTokens
from dynamicl.specs import check, register, vary

from ._draws import distinct
from ._exemplars import ExemplarSpec, Pictures
from ._roles import pair_roles
from ._sequence import Sequence

MAX_LABEL_SETS = 200_000


class FewShot(eqx.Module):
    """The distribution over sequences.

    Attributes:
        features: one row an exemplar; exemplar e of class c is row c * exemplars + e.
        label_sets: the sets of labels that a sequence may use, one label a class.
        noise: standard deviation of Gaussian noise added to every exemplar's features; `None` for none.
        exemplars: drawings of each class.
        shots: pairs of each class in a context.
        labels: outputs.
        pictures: what the exemplars look like; `first` is the address of row 0.
    """

    features: Float[Array, "row feature"]
    label_sets: Int[Array, "set ways"]
    noise: Float[Array, ""] | None
    exemplars: int = eqx.field(static=True)
    shots: int = eqx.field(static=True)
    labels: int = eqx.field(static=True)
    pictures: Pictures = eqx.field(static=True)
    first: tuple[int, int] = eqx.field(static=True)

    @property
    def ways(self) -> int:
        """Classes in a context."""
        return self.label_sets.shape[1]

    def batch(self, key: PRNGKeyArray, size: int) -> Sequence:
        """Draw sequences; `tokens` are rows of `features` and labels."""
        k_class, k_order, k_label, k_swap, k_exemplar, k_noise = jax.random.split(key, 6)
        ways, pairs = self.ways, self.ways * self.shots
        classes = distinct(k_class, size, self.features.shape[0] // self.exemplars, ways)
        sets = self.label_sets[jax.random.randint(k_label, (size,), 0, self.label_sets.shape[0])]
        # Way 0 is the query's; a random order of its set's labels makes every pairing equally likely.
        labels = jnp.take_along_axis(sets, distinct(k_swap, size, ways, ways), axis=1)
        order = distinct(k_order, size, pairs, pairs) % ways
        way = jnp.concatenate([order, jnp.zeros((size, 1), order.dtype)], axis=1)
        drawing = jax.random.randint(k_exemplar, way.shape, 0, self.exemplars)
        rows = jnp.take_along_axis(classes, way, axis=1) * self.exemplars + drawing
        context = jnp.take_along_axis(labels, order, axis=1)
        noise = () if self.noise is None else (jax.random.split(k_noise, size),)
        present = jnp.zeros((size, self.labels), bool).at[jnp.arange(size)[:, None], sets].set(True)
        return Sequence((rows, context, *noise), labels[:, 0], present, pair_roles(order == 0))

    def inputs(self, tokens: tuple) -> PairTokens:
        """Gather the feature vectors of one sequence."""
        rows, labels, *noise = tokens
        x = self.features[rows]
        if self.noise is not None:
            x = x + self.noise * jax.random.normal(noise[0], x.shape, x.dtype)
        return PairTokens(x, labels, self.labels)

    def count(self) -> int:
        """Count the distinct sequences, noise left aside: 2 F E^3 C (C - 1) L (L - 1) for two ways of one shot.

        C classes of E exemplars, L labels; F is the share of label sets that this task uses (in the induction study
        0.8 in training, and 0.2 where held-out label sets are evaluated).
        """
        classes = self.features.shape[0] // self.exemplars
        pairs = self.ways * self.shots
        orders = math.factorial(pairs) // math.factorial(self.shots) ** self.ways
        labellings = self.label_sets.shape[0] * math.factorial(self.ways)
        drawings = self.exemplars ** (pairs + 1)
        return math.comb(classes, self.ways) * orders * self.ways * drawings * labellings

    def describe(self, sequence: Sequence, index: int) -> list[dict[str, str]]:
        """Describe one sequence: the drawings (or row numbers) and labels in order."""
        rows, labels = (np.asarray(part[index]) for part in sequence.tokens[:2])
        exemplars = [self._picture(int(row)) for row in rows]
        pairs = zip(exemplars, ({"kind": "text", "text": str(label)} for label in labels), strict=False)
        return [*itertools.chain.from_iterable(pairs), exemplars[-1]]

    def _picture(self, row: int) -> dict[str, str]:
        return self.pictures.describe(
            row // self.exemplars + self.first[0], row % self.exemplars + self.first[1]
        )


@register("few-shot")
@dataclass(frozen=True)
class FewShotSpec:
    """Describe a few-shot task. The defaults are the induction study's: C = 50, E = 1, L = 5 (thesis 4.2.1).

    Attributes:
        classes: classes trained on (C).
        exemplars: drawings of each class trained on (E).
        held_out_exemplars: further drawings of the training classes, for evaluation only.
        test_classes: classes never trained on, for evaluation.
        ways: different classes in a context.
        shots: pairs of each class in a context.
        labels: labels to draw from (L).
        held_out_labels: share of label sets kept for evaluation.
        noise: standard deviation of noise added to the features; varies between runs.
        source: where exemplars come from.
        label_seed: seed of the split of label sets.
    """

    classes: int = 50
    exemplars: int = 1
    held_out_exemplars: int = 4
    test_classes: int = 100
    ways: int = 2
    shots: int = 1
    labels: int = 5
    held_out_labels: float = 0.2
    noise: float = vary(0.0, zero_is_static=True)
    source: ExemplarSpec = ExemplarSpec()  # noqa: RUF009 - frozen
    label_seed: int = 20

    def check(self) -> None:
        """Raise `SpecError` for a task that cannot be drawn."""
        for name, least in (
            ("classes", self.ways),
            ("exemplars", 1),
            ("ways", 2),
            ("shots", 1),
            ("labels", self.ways),
        ):
            value = getattr(self, name)
            check(value >= least, f"`task.{name}` is {value}: give at least {least}")
        check(
            self.held_out_exemplars >= 0,
            f"`task.held_out_exemplars` is {self.held_out_exemplars}: give 0 or more",
        )
        check(
            self.test_classes == 0 or self.test_classes >= self.ways,
            f"`task.test_classes` is {self.test_classes}: give 0 (none) or at least `task.ways` {self.ways}",
        )
        check(
            0 <= self.held_out_labels < 1,
            f"`task.held_out_labels` is {self.held_out_labels}: give 0 up to below 1",
        )
        check(0 <= self.noise < math.inf, f"`task.noise` is {self.noise}: give 0 or more, finite")
        check(self.label_seed >= 0, f"`task.label_seed` is {self.label_seed}: give 0 or more")
        check(
            self.ways * self.shots <= 512,
            f"a context of {self.ways * self.shots} pairs is too long: 512 at most",
        )
        sets = label_set_count(self.labels, self.ways)
        check(
            sets <= MAX_LABEL_SETS,
            f"{self.labels} labels in sets of {self.ways} make more than {MAX_LABEL_SETS} sets: reduce `task.labels` "
            "or `task.ways`",
        )
        kept = sets - round(sets * self.held_out_labels)
        check(
            kept >= 1,
            f"`task.held_out_labels` {self.held_out_labels} leaves no label set to train on: reduce it",
        )
        if self.source.available:
            most, drawings = self.source.available
            total, each = self.classes + self.test_classes, self.exemplars + self.held_out_exemplars
            check(
                total <= most,
                f"{total} classes asked for (`task.classes` and `task.test_classes`): there are {most}; ask for fewer",
            )
            check(each <= drawings, f"{each} drawings a class asked for: there are {drawings}; ask for fewer")

    def prepare(self) -> dict[str, FewShot]:
        """Load the drawings' features and build the task with its evaluators.

        Returns:
            `train`; and, where something is held out for it, `held-out exemplars` (other drawings of the training
            classes), `held-out classes` (with as many drawings each as in training), `held-out labels`.
        """
        table = self.source.load(self.classes, self.test_classes, self.exemplars + self.held_out_exemplars)
        trained, others = self._label_sets()

        def task(classes: slice, exemplars: slice, sets: np.ndarray) -> FewShot:
            part = table.features[classes, exemplars]
            rows = jnp.asarray(part.reshape(-1, part.shape[2]))
            first = (classes.start or 0, exemplars.start or 0)
            return FewShot(
                rows,
                jnp.asarray(sets, jnp.int32),
                None,
                part.shape[1],
                self.shots,
                self.labels,
                table.pictures,
                first,
            )

        trained_classes, unseen_classes = slice(0, self.classes), slice(self.classes, None)
        seen, unseen = slice(0, self.exemplars), slice(self.exemplars, None)
        tasks = {"train": task(trained_classes, seen, trained)}
        if self.held_out_exemplars:
            tasks["held-out exemplars"] = task(trained_classes, unseen, trained)
        if self.test_classes:
            tasks["held-out classes"] = task(unseen_classes, seen, trained)
        if len(others):
            tasks["held-out labels"] = task(trained_classes, seen, others)
        return tasks

    def bind(self, task: FewShot, world: PRNGKeyArray) -> FewShot:
        """Give a task this run's noise."""
        noise: Any = self.noise  # an array where it varies
        if isinstance(noise, float) and noise == 0:
            return task
        return eqx.tree_at(
            lambda t: t.noise, task, jnp.asarray(noise, jnp.float32), is_leaf=lambda leaf: leaf is None
        )

    def _label_sets(self) -> tuple[np.ndarray, np.ndarray]:
        sets = np.array(list(itertools.combinations(range(self.labels), self.ways)))
        sets = sets[np.random.default_rng(self.label_seed).permutation(len(sets))]
        held = round(len(sets) * self.held_out_labels)
        return sets[held:], sets[:held]


def label_set_count(labels: int, ways: int) -> int:
    """Count the sets of `ways` labels out of `labels`.

    >>> label_set_count(5, 2)
    10
    """
    return math.comb(labels, ways)
