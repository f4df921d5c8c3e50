"""What a place is: it trains what is left of a population and leaves it in the library, whoever computes it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from dynamicl.specs import Known, check
from dynamicl.store import Library
from dynamicl.training import Recording

from .._pace import Listener, nobody
from .._planning import ToDo
from .._trackers import Tracker, untracked


@dataclass(frozen=True)
class Home:
    """Where trained runs belong, and whom it concerns.

    Attributes:
        library: that takes them up.
        recording: what is kept of every run.
        title: of new cohorts, for people.
        command: that reproduces them.
        listener: told how far it is.
        known: what was worked out for the parts that the runs share.
        tracker: told what is recorded in this process.
    """

    library: Library
    recording: Recording
    title: str = ""
    command: str = ""
    listener: Listener = nobody
    known: Known = field(default_factory=Known)
    tracker: Tracker = untracked


def check_amounts(place: object, positive: Sequence[str], rest: Sequence[str] = ()) -> None:
    """Refuse a place that has no room for a run, no time, or less than nothing of something.

    Args:
        place: with the fields that are named.
        positive: fields that have to be above 0.
        rest: fields that may be 0.

    Raises:
        SpecError: naming the field.
    """
    kind = type(place).__name__.lower()
    for name in positive:
        value = getattr(place, name)
        check(value > 0, f"`{kind}.{name}` is {value}: give more than 0")
    for name in rest:
        value = getattr(place, name)
        check(value >= 0, f"`{kind}.{name}` is {value}: give 0 or more")


@runtime_checkable
class Place(Protocol):
    """Where a population is trained."""

    def train(self, todo: ToDo, home: Home) -> None:
        """Train what is left to do; afterwards the library holds all of it, finished.

        Raises:
            SpecError: a run that cannot be trained there.
            StoreError: a disk refuses; what was committed stays.
            Interrupted: a signal asked to leave; the message says how to go on.
            GivenUp: a part failed several times; the rest is trained.
        """

    def count(self, todo: ToDo, home: Home) -> int:
        """Say into how many pieces the missing runs are cut: compiled programs, or tasks of workers."""
