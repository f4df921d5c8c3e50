"""The verdict on a claim: what was measured, how sure that is, at what scale, and how to see it again."""

import dataclasses
from dataclasses import dataclass, field
from typing import Any

from dynamicl.specs import check

from ._ledger import ledger

REPRODUCED = "reproduced"
NOT_REPRODUCED = "not reproduced"
NOT_TESTABLE = "not testable at this scale"


@dataclass(frozen=True)
class Verdict:
    """What became of a claim.

    Attributes:
        id: of the claim; findings of our own carry ids that no document has.
        verdict: `reproduced`, `not reproduced` or `not testable at this scale`.
        measured: what was measured, in words with numbers, or a number.
        interval: 95 % interval (low, high) of the deciding number; `None` where it is no number.
        n: runs behind it.
        scale: `smoke`, `demo`, `laptop` or `paper`.
        command: reproduces it.
        versions: of what it was made with.
        seconds: it took, training included, on that machine.
        date: of the day, ISO.
        machine: system, cores and devices.
        note: why, where it did not reproduce or reproduced in part.
        document: where the claim is made.
        figure: figure, table or section there.
        claim: in words.
        paper: the document's own value.
    """

    id: str
    verdict: str
    measured: str | float
    interval: tuple[float, float] | None
    n: int
    scale: str
    command: str
    versions: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    date: str = ""
    machine: dict[str, Any] = field(default_factory=dict)
    note: str = ""
    document: str = ""
    figure: str = ""
    claim: str = ""
    paper: str = ""

    def __post_init__(self) -> None:
        """Check the verdict and take over the claim's row."""
        known = (REPRODUCED, NOT_REPRODUCED, NOT_TESTABLE)
        check(
            self.verdict in known,
            f"`verdict` is {self.verdict!r}: choose one of {', '.join(map(repr, known))}",
        )
        row = ledger().get(self.id)
        if row is not None:
            for name in ("document", "figure", "claim", "paper"):
                object.__setattr__(self, name, getattr(row, name))

    def record(self) -> dict[str, Any]:
        """Return the JSON-able record that is kept."""
        data = dataclasses.asdict(self)
        return data | {
            "interval": None if self.interval is None else [round(float(x), 6) for x in self.interval]
        }
