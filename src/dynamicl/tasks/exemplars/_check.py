"""What a task of exemplars must fulfil before anything is loaded: each fault in one line, with its remedy."""

from typing import TYPE_CHECKING

from dynamicl.specs import SpecError, check

from ._contexts import Absent, Bursty
from ._kinds import SequenceKind
from ._labels import Exchanged, Overwritten, Redrawn, Shifted

if TYPE_CHECKING:
    from ._spec import ExemplarTaskSpec

SUM_TOLERANCE = 1e-6
MAX_PAIRS = 512
METHODS = {"source": "prepare", "frequencies": "weights", "form": "check_for"}


def check_task(spec: "ExemplarTaskSpec") -> None:
    """Raise `SpecError` for a task that cannot be drawn."""
    for name, method in METHODS.items():
        part = getattr(spec, name)
        if not callable(getattr(part, method, None)):
            raise SpecError(f"`task.{name}` is {part!r}: give a registered spec with a method `{method}`")
    for name, least in (("classes", 2), ("test_classes", 0), ("labels", 0), ("multiplicity", 1)):
        value = getattr(spec, name)
        check(value >= least, f"`task.{name}` is {value}: give at least {least}")
    check(1 <= spec.pairs <= MAX_PAIRS, f"`task.pairs` is {spec.pairs}: give 1 to {MAX_PAIRS}")
    _check_labels(spec)
    _check_mixture(spec)
    spec.source.check_for(spec.classes, spec.test_classes)
    spec.frequencies.check_for(spec.classes)
    spec.form.check_for(spec.pairs)
    for kind in (*(part.sequences for part in spec.train), *spec.evaluators):
        _check_kind(spec, kind)


def _check_labels(spec: "ExemplarTaskSpec") -> None:
    check(spec.outputs >= 2, f"`task.labels` is {spec.labels}: give at least 2, or 0 for one label a class")
    needed = spec.multiplicity * spec.classes
    check(
        spec.multiplicity == 1 or needed <= spec.outputs,
        f"`task.multiplicity` {spec.multiplicity} x {spec.classes} classes is {needed} labels, beyond the "
        f"{spec.outputs} outputs: raise `task.labels`, or set it to 0",
    )
    check(
        not spec.balanced or spec.multiplicity > 1 or spec.outputs <= spec.classes,
        f"`task.labels` is {spec.labels}, more than `task.classes` {spec.classes}: with `task.balanced` every label "
        "needs a class; reduce `task.labels`",
    )


def _check_mixture(spec: "ExemplarTaskSpec") -> None:
    check(len(spec.train) > 0, "`task.train` is empty: give at least one `Portion`")
    total = sum(part.share for part in spec.train)
    check(
        abs(total - 1) <= SUM_TOLERANCE,
        f"the shares of `task.train` add up to {total:.7g}: give shares that add up to 1",
    )
    names = ["train", *(kind.name for kind in spec.evaluators)]
    for name in names:
        check(
            names.count(name) == 1,
            f"two evaluators are called `{name}`: give each its own `name` (`train` is the training mixture's)",
        )


def _check_kind(spec: "ExemplarTaskSpec", kind: SequenceKind) -> None:
    kind.context.check_for(spec.pairs)
    _check_classes(spec, kind)
    _check_exemplars(spec, kind)
    _check_label_rule(spec, kind)


def _check_classes(spec: "ExemplarTaskSpec", kind: SequenceKind) -> None:
    classes, name = kind.classes, kind.name
    if classes.pool == "novel":
        check(
            getattr(spec.source, "makes_novel", False),
            f"sequences `{name}` are of novel classes, which `task.source` {type(spec.source).__name__} cannot make: "
            "use `Gaussian`, or `Classes('held-out')`",
        )
        check(
            isinstance(kind.context, Bursty) and kind.context.rest(spec.pairs) == 0,
            f"sequences `{name}` are of novel classes, and some item of theirs would answer to nothing: use `Bursty` "
            "with `classes` 0, whose bursts fill the context",
        )
        return
    field = "classes" if classes.pool == "trained" else "test_classes"
    size = getattr(spec, field)
    check(
        classes.first < size and classes.first + classes.count <= size,
        f"sequences `{name}` use {classes.count or 'all'} classes from place {classes.first} on: there are "
        f"{size} (`task.{field}`); ask for fewer, or raise it",
    )
    _, count = spec.range_of(kind)
    groups = spec.groups_of(kind)
    check(
        count >= groups and count % groups == 0,
        f"sequences `{name}` use {count} classes, no multiple of the {groups} labels: with `task.balanced` every "
        "label needs as many classes; change `task.classes`, `task.labels` or `classes.count`",
    )
    needed = kind.context.fewest_classes(spec.pairs)
    what = "labels" if groups < count else "classes"
    check(
        groups >= needed,
        f"sequences `{name}` need {needed} different {what} and have {groups}: give more, or a shorter context",
    )


def _check_exemplars(spec: "ExemplarTaskSpec", kind: SequenceKind) -> None:
    available = spec.source.exemplars
    check(
        kind.exemplars != "matched" or isinstance(kind.context, Bursty),
        f"sequences `{kind.name}` match the query's exemplar in a context that need not show its class: use `Bursty`",
    )
    if available == 0 or kind.classes.pool == "novel":
        return
    used = kind.classes.drawings or available
    check(
        used <= available,
        f"sequences `{kind.name}` use {used} exemplars of each class: there are {available} (`source.exemplars`); ask "
        "for fewer",
    )
    needed = kind.context.exemplars_needed(kind.exemplars)
    check(
        needed <= used,
        f"sequences `{kind.name}` need {needed} different exemplars of a class and have {used}: give more, or set its "
        "`exemplars` to 'independent'",
    )


def _check_label_rule(spec: "ExemplarTaskSpec", kind: SequenceKind) -> None:
    rule, name = kind.labels, kind.name
    check(
        kind.classes.pool == "trained" or not rule.trained,
        f"sequences `{name}` use trained labels, and {kind.classes.pool} classes have none: use `Redrawn`",
    )
    if isinstance(rule, Redrawn):
        among = rule.among or spec.outputs
        ways = kind.context.most_classes(spec.pairs)
        check(
            among <= spec.outputs,
            f"sequences `{name}` draw from {among} labels: there are {spec.outputs}; reduce `labels.among`",
        )
        check(
            ways <= among,
            f"sequences `{name}` hold up to {ways} classes and draw from {among} labels: give a label to each",
        )
        if rule.among:
            _check_dealt_labels(spec, kind, rule.among)
    if isinstance(rule, Exchanged):
        two = isinstance(kind.context, Bursty) and kind.context.ways(spec.pairs) == 2
        check(
            two and kind.context.rest(spec.pairs) == 0,
            f"sequences `{name}` exchange the labels of two classes: use `Bursty` with `classes` 2 and a `burst` of "
            f"half the {spec.pairs} pairs",
        )
        _, count = spec.range_of(kind)
        check(
            spec.groups_of(kind) < count or spec.outputs >= count * spec.multiplicity,
            f"sequences `{name}` exchange the labels of two classes, which may have the same: {spec.outputs} labels "
            f"serve {count} classes; use `task.balanced`, or give each class its own",
        )
    if isinstance(rule, Shifted):
        check(
            rule.by % spec.outputs != 0,
            f"sequences `{name}` shift labels by {rule.by} of {spec.outputs}, which changes none: give another `by`",
        )
        check(
            spec.multiplicity <= rule.by % spec.outputs <= spec.outputs - spec.multiplicity,
            f"sequences `{name}` shift labels by {rule.by}, and a class has {spec.multiplicity} in a row: it would "
            f"keep some; shift by {spec.multiplicity} or more",
        )
    if isinstance(rule, Overwritten):
        check(
            isinstance(kind.context, Absent),
            f"sequences `{name}` overwrite a label with the query's, whose class may be in context: use `Absent`",
        )


def _check_dealt_labels(spec: "ExemplarTaskSpec", kind: SequenceKind, among: int) -> None:
    """Refuse classes whose own label is among the few that are dealt: the weights would help or mislead there.

    Where labels serve several classes (`task.labels` below the classes) no class can be left out for it, and where
    training has redrawn labels alone none is anybody's own.
    """
    owners = -(-among // spec.multiplicity)
    own = spec.outputs >= spec.classes * spec.multiplicity
    learnt = any(part.sequences.labels.trained for part in spec.train)
    check(
        kind.classes.pool != "trained" or not (own and learnt) or kind.classes.first >= owners,
        f"sequences `{kind.name}` deal labels 0 to {among - 1}, which are the trained ones of classes that they may "
        f"show: set `classes.first` to {owners}, as `icl` does",
    )
