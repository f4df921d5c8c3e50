"""The spec of a task whose sequences are composed of parts."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
from jaxtyping import PRNGKeyArray

from dynamicl.specs import register

from ._check import check_task
from ._classes import ClassLaw
from ._drawings import Drawings
from ._forms import LabelNumbers
from ._frequencies import Uniform
from ._kinds import Portion, SequenceKind, bursty, ciwl, flip, icl, iwl
from ._task import ExemplarTask, Part, Prepared, Setting, most_novel


@register("exemplar-task")
@dataclass(frozen=True)
class ExemplarTaskSpec:
    """Describe a task of exemplar-label pairs: context law x label rule x class law x source.

    The defaults are chapter 5's main setting on 1600 classes (the thesis has 12,800, with augmented drawings).

    Attributes:
        source: what the items are: `Drawings` or `Gaussian`.
        classes: trained on (C, or Reddy's K).
        test_classes: never trained on, for evaluators with `Classes("held-out")`.
        pairs: in a context (n, or Reddy's N).
        labels: outputs (L); class c has label c modulo L. 0 gives every class labels of its own.
        multiplicity: labels of each class, of which a sequence uses one; needs `multiplicity` x `classes` outputs.
        balanced: draw classes of different labels where different classes are drawn: no label of the context is more
            common than another. With `Zipf` frequencies the query's class is drawn by frequency, and each further one
            by frequency among those whose labels are not taken.
        frequencies: of training classes: `Uniform` or `Zipf`.
        form: how items and labels are read: `LabelNumbers` or `LabelVectors`.
        train: the training mixture.
        evaluators: further kinds of sequences to be scored on, by name.

    References:
        Thesis 2.2.1, 3.2 and 5.2; Reddy 2023, section 2.
    """

    source: Any = Drawings()  # noqa: RUF009 - frozen
    classes: int = 1600
    test_classes: int = 0
    pairs: int = 2
    labels: int = 0
    multiplicity: int = 1
    balanced: bool = False
    frequencies: Any = Uniform()  # noqa: RUF009 - frozen
    form: Any = LabelNumbers()  # noqa: RUF009 - frozen
    train: tuple[Portion, ...] = (Portion(bursty()),)
    evaluators: tuple[SequenceKind, ...] = (icl(), ciwl(), flip(), iwl())

    def check(self) -> None:
        """Raise `SpecError` for a task that cannot be drawn."""
        check_task(self)

    @property
    def outputs(self) -> int:
        """Labels that the model chooses between."""
        return self.labels or self.classes * self.multiplicity

    def prepare(self) -> dict[str, Prepared]:
        """Load the items.

        Returns:
            `train`, then the evaluators by name; all hold the same table.
        """
        items = self.source.prepare(self.classes, self.test_classes)
        names = ("train", *(kind.name for kind in self.evaluators))
        return {name: Prepared(items, name) for name in names}

    def bind(self, task: Prepared, world: PRNGKeyArray) -> ExemplarTask:
        """Give a task this run's own values, and draw its world: class centres and label vectors where there are."""
        kinds = tuple(self._kinds_of(task.name))
        items = self.source.bind(task.items, world, most_novel(kinds, self.pairs))
        shares = [jnp.asarray(part.share, jnp.float32) for part in self.train]
        return ExemplarTask(
            items,
            self.form.bind(self.outputs, self.pairs, items.width, world),
            tuple(Part(self.law_of(kind), kind, self._exemplars_of(kind)) for kind in kinds),
            jnp.stack(shares if task.name == "train" else [jnp.float32(1)]),
            Setting(self.pairs, self.outputs, self.multiplicity),
        )

    def range_of(self, kind: SequenceKind) -> tuple[int, int]:
        """Return the first row and the number of the classes of a kind of sequences."""
        classes = kind.classes
        if classes.pool == "novel":
            return self.classes + self.test_classes, kind.context.most_classes(self.pairs)
        start, size = {"trained": (0, self.classes), "held-out": (self.classes, self.test_classes)}[
            classes.pool
        ]
        return start + classes.first, classes.count or size - classes.first

    def groups_of(self, kind: SequenceKind) -> int:
        """Return how many groups of classes different ones are drawn from: labels where they are balanced."""
        _, count = self.range_of(kind)
        balanced = self.balanced and kind.classes.pool == "trained" and self.multiplicity == 1
        return self.outputs if balanced else count

    def law_of(self, kind: SequenceKind) -> ClassLaw:
        """Return the law of a kind's classes, with this run's frequencies."""
        start, count = self.range_of(kind)
        groups = self.groups_of(kind)
        members = count // groups
        weights = None
        if kind.classes.weighted and kind.classes.pool == "trained":
            weights = self.frequencies.weights(self.classes)
        if weights is not None:
            weights = weights[start : start + count].reshape(members, groups).T
        return ClassLaw(weights, start, groups, members)

    def _kinds_of(self, name: str) -> Iterator[SequenceKind]:
        if name == "train":
            return (part.sequences for part in self.train)
        return (kind for kind in self.evaluators if kind.name == name)

    def _exemplars_of(self, kind: SequenceKind) -> int:
        if kind.classes.pool == "novel":
            return 0
        return min(self.source.exemplars, kind.classes.drawings or self.source.exemplars)
