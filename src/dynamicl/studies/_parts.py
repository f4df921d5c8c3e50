"""The parts of a criterion: numbers that are compared with thresholds, and the verdict that follows from them.

A judge is a pure function from a dataset to parts. Nothing else decides a verdict, so it can be given again at any time
from the dataset that was kept.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dynamicl.specs import check

REPRODUCED = "reproduced"
NOT_REPRODUCED = "not reproduced"
NOT_TESTABLE = "not testable at this scale"
NOT_KNOWN = "it is not known"
VERDICTS = (REPRODUCED, NOT_REPRODUCED, NOT_TESTABLE)


@dataclass(frozen=True)
class Part:
    """One part of a criterion. A comparison with a NaN is undecided: what is not known neither holds nor fails.

    Attributes:
        name: what is measured, in words.
        value: the estimate.
        low: lower end of its 95 % interval; NaN where there is none.
        high: upper end.
        n: independent pieces of evidence behind it, as a rule runs.
        comparison: `>`, `>=`, `<`, `<=` compare the value with the threshold, `low >` the lower end of the interval,
            `high <` the upper one.
        threshold: fixed before the first run.
        undecided: why this scale cannot decide it; empty where it can.
    """

    name: str
    value: float
    low: float = math.nan
    high: float = math.nan
    n: int = 1
    comparison: str = ">"
    threshold: float = 0.0
    undecided: str = ""

    def __post_init__(self) -> None:
        """Refuse comparisons that do not exist, and say of what is not known that it is not."""
        check(
            self.comparison in COMPARISONS,
            f"`comparison` is {self.comparison!r}: choose one of {', '.join(map(repr, COMPARISONS))}",
        )
        compared = {"low >": self.low, "high <": self.high}.get(self.comparison, self.value)
        if math.isnan(compared) and not self.undecided:
            object.__setattr__(self, "undecided", NOT_KNOWN)

    @property
    def holds(self) -> bool | None:
        """Whether the comparison holds; `None` where this scale cannot decide it."""
        return None if self.undecided else bool(COMPARISONS[self.comparison](self))

    @property
    def sentence(self) -> str:
        """The part in words: name, value with interval, comparison, outcome."""
        interval = f" [{self.low:.4g}, {self.high:.4g}]" if math.isfinite(self.low + self.high) else ""
        outcome = {True: "holds", False: "fails", None: f"undecided, {self.undecided}"}[self.holds]
        return f"{self.name} {self.value:.4g}{interval} {self.comparison} {self.threshold:.4g}: {outcome}"

    def record(self) -> dict[str, Any]:
        """Return the JSON-able record that is kept; what is not finite becomes null."""
        numbers = {name: _finite(getattr(self, name)) for name in ("value", "low", "high", "threshold")}
        words = {"name": self.name, "n": int(self.n), "comparison": self.comparison, "holds": self.holds}
        return words | numbers | ({"undecided": self.undecided} if self.undecided else {})


COMPARISONS: Mapping[str, Callable[[Part], bool]] = {
    ">": lambda part: part.value > part.threshold,
    ">=": lambda part: part.value >= part.threshold,
    "<": lambda part: part.value < part.threshold,
    "<=": lambda part: part.value <= part.threshold,
    "low >": lambda part: part.low > part.threshold,
    "high <": lambda part: part.high < part.threshold,
}


@dataclass(frozen=True)
class Threshold:
    """One part of a criterion, fixed before the first run: what is to be measured and what it has to be.

    Attributes:
        name: what is measured, in words.
        comparison: see `Part`.
        value: the number that it is compared with.
    """

    name: str
    comparison: str
    value: float

    def part(self, measured: float | tuple[float, float, float], n: int, undecided: str = "") -> Part:
        """Compare what was measured.

        Args:
            measured: the estimate, or (estimate, lower end, upper end).
            n: independent pieces of evidence behind it, as a rule runs.
            undecided: why it cannot be decided; empty where it can.

        >>> Threshold("accuracy", ">=", 0.9).part((0.95, 0.93, 0.97), 5).sentence
        'accuracy 0.95 [0.93, 0.97] >= 0.9: holds'
        """
        ends = measured if isinstance(measured, tuple) else (measured, math.nan, math.nan)
        value, low, high = (float(end) for end in ends)
        return Part(self.name, value, low, high, n, self.comparison, self.value, undecided)

    def sure_part(self, measured: tuple[float, float, float], n: int, undecided: str = "") -> Part:
        """Compare what was measured, undecided where its interval holds the threshold.

        >>> Threshold("factor", "<", 1.5).sure_part((1.2, 0.9, 1.6), 5).holds is None
        True
        """
        _, low, high = measured
        across = "its interval holds the threshold" if low <= self.value <= high else ""
        return self.part(measured, n, undecided or across)

    @property
    def sentence(self) -> str:
        """The requirement in words."""
        return f"{self.name} {self.comparison} {self.value:.4g}"


def verdict_of(parts: Sequence[Part]) -> str:
    """Return the verdict: reproduced where every part holds, not reproduced where one fails, else not testable.

    >>> verdict_of([Part("accuracy", 0.99, comparison=">", threshold=0.9)])
    'reproduced'
    """
    outcomes = [part.holds for part in parts]
    if False in outcomes:
        return NOT_REPRODUCED
    return NOT_TESTABLE if None in outcomes or not outcomes else REPRODUCED


def _finite(value: float) -> float | None:
    return float(f"{float(value):.6g}") if math.isfinite(value) else None
