"""The verdict on a claim: its parts as numbers, at what scale, and how to see it again."""

from collections.abc import Sequence
from typing import Any

import msgspec

from dynamicl.specs import check

from ._parts import VERDICTS, Part, verdict_of


class PartRecord(msgspec.Struct, frozen=True):
    """A part as it is kept; what is not finite is null. See `Part`."""

    name: str
    comparison: str
    n: int
    holds: bool | None
    value: float | None
    low: float | None
    high: float | None
    threshold: float | None
    undecided: str = ""


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a claim.

    Attributes:
        id: of the claim; findings of our own carry ids that no document has.
        document: where the claim is made.
        figure: figure, table or section there.
        claim: in words.
        paper: the document's own value.
        parts: of the criterion, each with what was measured.
        measured: the parts in one sentence.
        interval: 95 % interval of the first part that has one.
        n: largest number of independent pieces of evidence behind a part.
        note: what else there is to know; read off the same dataset.
        scale: of the runs.
        verdict: `reproduced`, `not reproduced` or `not testable at this scale`.
        command: reproduces it.
        versions: of what it was made with.
        machine: system, cores and devices.
        date: of the day, ISO.
        seconds: it took, training included, on that machine.
    """

    id: str
    document: str = ""
    figure: str = ""
    claim: str = ""
    paper: str = ""
    parts: tuple[PartRecord, ...] = ()
    measured: str = ""
    interval: tuple[float, float] | None = None
    n: int = 0
    note: str = ""
    scale: str
    verdict: str
    command: str = ""
    versions: dict[str, str] = {}
    machine: dict[str, Any] = {}
    date: str = ""
    seconds: float = 0.0

    def __post_init__(self) -> None:
        """Refuse verdicts that do not exist."""
        check(
            self.verdict in VERDICTS,
            f"`verdict` is {self.verdict!r}: choose one of {', '.join(map(repr, VERDICTS))}",
        )

    def record(self) -> dict[str, Any]:
        """Return the JSON-able record that is kept."""
        return msgspec.to_builtins(self)


def outcome_of(parts: Sequence[Part]) -> dict[str, Any]:
    """Return the fields of a verdict that follow from its parts."""
    records = tuple(msgspec.convert(part.record(), PartRecord) for part in parts)
    intervals = [
        (part.low, part.high)
        for part in records
        if part.low is not None and part.high is not None and part.value is not None
    ]
    return {
        "parts": records,
        "measured": "; ".join(part.sentence for part in parts),
        "interval": intervals[0] if intervals else None,
        "n": max((part.n for part in parts), default=0),
        "verdict": verdict_of(parts),
    }
