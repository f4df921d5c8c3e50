"""When to evaluate and when to keep a checkpoint, in updates."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dynamicl.specs import check, register

Watched = Sequence[tuple[int, float]]
"""The watched curve so far: (step, value) pairs."""


@register("every")
@dataclass(frozen=True)
class Every:
    """Every `steps` updates, from 0, and at the end."""

    steps: int = 100

    def check(self) -> None:
        """Raise `SpecError` unless the interval is positive."""
        check(self.steps >= 1, f"`every.steps` is {self.steps}: give at least 1")

    def following(self, step: int, watched: Watched) -> int | float:
        """Return the first due step after `step`."""
        return (step // self.steps + 1) * self.steps


@register("logarithmic")
@dataclass(frozen=True)
class Logarithmic:
    """Evenly on a logarithmic axis: `per_decade` times between 10^k and 10^(k+1), and at 0 and the end."""

    per_decade: int = 10

    def check(self) -> None:
        """Raise `SpecError` unless the density is positive."""
        check(1 <= self.per_decade <= 1000, f"`logarithmic.per_decade` is {self.per_decade}: give 1 to 1000")

    def following(self, step: int, watched: Watched) -> int | float:
        """Return the first due step after `step`."""
        k = max(0, math.floor(math.log10(max(step, 1)) * self.per_decade))
        while round(10 ** (k / self.per_decade)) <= step:
            k += 1
        return round(10 ** (k / self.per_decade))


@register("at")
@dataclass(frozen=True)
class At:
    """At the start, at the listed steps, and at the end."""

    steps: tuple[int, ...] = ()

    def check(self) -> None:
        """Raise `SpecError` unless the steps rise."""
        rising = all(a < b for a, b in zip(self.steps, self.steps[1:], strict=False))
        check(
            rising and all(s >= 0 for s in self.steps),
            f"`at.steps` is {self.steps}: give rising steps, each 0 or more",
        )

    def following(self, step: int, watched: Watched) -> int | float:
        """Return the first due step after `step`."""
        return next((s for s in self.steps if s > step), math.inf)


@register("adaptive")
@dataclass(frozen=True)
class Adaptive:
    """Denser while the watched curve moves.

    The interval halves when the curve moved by more than `tolerance` since the last evaluation, doubles when it moved
    by less than a quarter of that, and stays between `finest` and `coarsest`.
    """

    coarsest: int = 500
    finest: int = 50
    tolerance: float = 0.05

    def check(self) -> None:
        """Raise `SpecError` unless the bounds make sense."""
        check(
            1 <= self.finest <= self.coarsest,
            f"`adaptive.finest` {self.finest} and `adaptive.coarsest` {self.coarsest}: give 1 <= finest <= coarsest",
        )
        check(self.tolerance > 0, f"`adaptive.tolerance` is {self.tolerance}: give more than 0")

    def following(self, step: int, watched: Watched) -> int | float:
        """Return the first due step after `step`, from how the curve moved."""
        interval = float(self.coarsest)
        for (_, before), (_, after) in itertools.pairwise(watched):
            moved = abs(after - before)
            if moved > self.tolerance:
                interval = max(self.finest, interval / 2)
            elif moved < self.tolerance / 4:
                interval = min(self.coarsest, interval * 2)
        return step + max(self.finest, int(interval))


@register("evaluator")
@dataclass(frozen=True)
class Evaluator:
    """How one evaluator is recorded, where it differs from the others.

    Attributes:
        name: one of the task's evaluators.
        sequences: fixed sequences; 0 for the recording's number.
        evaluate: of the recording's evaluations only those that this schedule asks for, and first and last; `None` for
            all. `Every`, `Logarithmic` or `At`.
        measures: names of measures recorded on it, besides the recording's (which are made on `train`).
    """

    name: str
    sequences: int = 0
    evaluate: Any = None
    measures: tuple[str, ...] = ()

    def check(self) -> None:
        """Raise `SpecError` for what cannot be recorded."""
        check(
            0 <= self.sequences <= 10_000_000,
            f"`evaluator.sequences` is {self.sequences}: give 0 (as the others) to 10000000",
        )
        check(
            self.evaluate is None or isinstance(self.evaluate, Every | Logarithmic | At),
            f"`evaluator.evaluate` is {self.evaluate!r}: give Every, Logarithmic, At or None",
        )

    def is_due(self, last: int, step: int) -> bool:
        """Tell whether it is recorded at an evaluation, the one before having been at `last` (-1 for none)."""
        return self.evaluate is None or last < 0 or self.evaluate.following(last, ()) <= step


@register("recording")
@dataclass(frozen=True)
class Recording:
    """What is kept of a run while it trains.

    Attributes:
        evaluate: when evaluators and measures are recorded.
        checkpoint: when weights (and attention maps) are kept.
        sequences: fixed sequences of each evaluator.
        measures: names of measures on the training distribution; `dynamicl.probes` lists them.
        evaluators: those with numbers of sequences, schedules or measures of their own.
        optimizer_state: keep the optimizer's state in checkpoints too, so that forks go on exactly.
    """

    evaluate: Any = Every(100)
    checkpoint: Any = Logarithmic(4)
    sequences: int = 1000
    measures: tuple[str, ...] = ("heads", "norms")
    optimizer_state: bool = False
    evaluators: tuple[Any, ...] = ()

    def sequences_of(self, evaluator: str) -> int:
        """Return how many fixed sequences an evaluator has."""
        own = [one.sequences for one in self.evaluators if one.name == evaluator]
        return (own and own[0]) or self.sequences

    def check(self) -> None:
        """Raise `SpecError` for recordings that cannot be made."""
        check(
            1 <= self.sequences <= 1_000_000, f"`recording.sequences` is {self.sequences}: give 1 to 1000000"
        )
        names = [evaluator.name for evaluator in self.evaluators if isinstance(evaluator, Evaluator)]
        check(
            len(names) == len(set(names)) == len(self.evaluators),
            f"`recording.evaluators` is {self.evaluators}: give `Evaluator`s, each name once",
        )
        for name in ("evaluate", "checkpoint"):
            schedule = getattr(self, name)
            check(
                hasattr(type(schedule), "following"),
                f"`recording.{name}` is {schedule!r}: give Every, Logarithmic, At or Adaptive",
            )
