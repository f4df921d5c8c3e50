"""Kinds of sequences, as compositions of a context law, a label rule and a class law; and the usual ones by name."""

from dataclasses import dataclass
from typing import Any

from dynamicl.specs import check, register, vary

from ._classes import Classes
from ._contexts import Absent, Bursty, Exemplars, Independent
from ._labels import Exchanged, Fixed, Overwritten, Redrawn, Shifted


@register("sequence-kind")
@dataclass(frozen=True)
class SequenceKind:
    """Describe one kind of sequence.

    Attributes:
        name: of the evaluator, or of the part of a mixture.
        context: which items stand in the context (`Bursty`, `Independent`, `Absent`).
        labels: which labels they carry (`Fixed`, `Redrawn`, `Exchanged`, `Shifted`, `Overwritten`).
        classes: which classes they are of.
        exemplars: those of a class within the bursts `different` from each other and from the query, `independent`, or
            `matched` (those of the query's class are the query itself).
    """

    name: str
    context: Any = Bursty()  # noqa: RUF009 - frozen
    labels: Any = Fixed()  # noqa: RUF009 - frozen
    classes: Classes = Classes()  # noqa: RUF009 - frozen
    exemplars: Exemplars = "different"

    def check(self) -> None:
        """Raise `SpecError` for parts of another kind."""
        check(bool(self.name), "`kind.name` is empty: name the kind of sequence")
        for field, member in (("context", "most_classes"), ("labels", "labels")):
            part = getattr(self, field)
            check(
                callable(getattr(part, member, None)),
                f"`{field}` of sequences `{self.name}` is {part!r}: give a registered spec with a method `{member}`",
            )


@register("portion")
@dataclass(frozen=True)
class Portion:
    """A part of the training mixture.

    Attributes:
        sequences: their kind.
        share: of all sequences; varies between runs. A mixture's shares add up to 1.
    """

    sequences: SequenceKind
    share: float = vary(1.0)

    def check(self) -> None:
        """Raise `SpecError` for a share outside 0 .. 1."""
        check(
            0 <= self.share <= 1,
            f"the share of `{self.sequences.name}` sequences is {self.share}: give 0 to 1",
        )


def mixture(share: float, first: SequenceKind, rest: SequenceKind) -> tuple[Portion, Portion]:
    """Mix two kinds of sequences.

    >>> [part.share for part in mixture(0.9, bursty(3), iid())]
    [0.9, 0.1]

    Args:
        share: of the first kind, such as p(bursty).
        first: kind.
        rest: kind of all other sequences.
    """
    # Rounded, so that 1 - 0.9 is 0.1 and specs of the same meaning are the same.
    return Portion(first, share), Portion(rest, round(1 - share, 9))


def bursty(burst: int = 1, classes: int = 2, name: str = "bursty") -> SequenceKind:
    """Return sequences that show the query's class several times, with trained labels."""
    return SequenceKind(name, Bursty(burst, classes))


def matched(burst: int = 1, classes: int = 2, name: str = "matched") -> SequenceKind:
    """Return bursty sequences in which the query's class is shown by the query's own exemplar (thesis 5.8)."""
    return SequenceKind(name, Bursty(burst, classes), exemplars="matched")


def iid(name: str = "iid") -> SequenceKind:
    """Return sequences of independent items, the query among them."""
    return SequenceKind(name, Independent())


def icl(burst: int = 1, held_out: bool = False, among: int = 2, name: str = "icl") -> SequenceKind:
    """Return sequences of two classes, as often each, with labels that the context alone tells.

    Of trained classes the first `among` are left out: those labels are their own.

    Args:
        burst: half of the pairs.
        held_out: classes never trained on, instead of trained ones.
        among: labels to draw from, the first ones; 0 for all.
        name: of the kind.
    """
    classes = Classes("held-out") if held_out else Classes(first=among)
    return SequenceKind(name, Bursty(burst), Redrawn(among), classes)


def icl_only(burst: int = 1, classes: int = 2, among: int = 0, name: str = "icl-only") -> SequenceKind:
    """Return bursty sequences whose labels are drawn anew, for training: nothing can be learnt by heart."""
    return SequenceKind(name, Bursty(burst, classes), Redrawn(among))


def iwl(different: bool = True, name: str = "iwl") -> SequenceKind:
    """Return sequences without the query's class: only the weights know its label."""
    return SequenceKind(name, Absent(different))


def ciwl(name: str = "ciwl") -> SequenceKind:
    """Return sequences without the query's class, but with its label beside another class's item."""
    return SequenceKind(name, Absent(), Overwritten())


def flip(burst: int = 1, name: str = "flip") -> SequenceKind:
    """Return sequences of two classes with exchanged labels: 1 reads the context, 0 the weights."""
    return SequenceKind(name, Bursty(burst), Exchanged())


def swap(burst: int = 1, classes: int = 0, by: int = 1, name: str = "swap") -> SequenceKind:
    """Return bursty sequences of trained classes with every label replaced by a later one (Reddy 2023)."""
    return SequenceKind(name, Bursty(burst, classes), Shifted(by))


def novel(burst: int = 1, classes: int = 0, name: str = "novel") -> SequenceKind:
    """Return bursty sequences of classes made anew for each, with existing labels (Reddy 2023)."""
    return SequenceKind(name, Bursty(burst, classes), Redrawn(), Classes("novel"))
