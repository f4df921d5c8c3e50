"""How a claim of several parts becomes one verdict."""

import math
from collections.abc import Mapping
from typing import Any

from dynamicl.statistics import Interval
from dynamicl.studies._experiment import Lab
from dynamicl.studies._verdict import NOT_REPRODUCED, NOT_TESTABLE, REPRODUCED, Verdict


def judge(
    lab: Lab,
    claim: str,
    parts: Mapping[str, Any],
    measured: str,
    deciding: Interval | None,
    n: int,
    note: str = "",
    trained: bool = True,
) -> Verdict:
    """Reproduced where every part holds; the parts that hold and those that do not are named.

    Args:
        lab: where it was measured.
        claim: its id.
        parts: whether each part holds, by its words.
        measured: numbers in words.
        deciding: interval of the deciding number; left out of the record where it is not finite.
        n: runs behind it.
        note: why, where it fails.
        trained: whether it rests on trained networks; those of scale `smoke` are too short-lived to judge anything.
    """
    holding = [name for name, holds in parts.items() if holds]
    failing = [name for name, holds in parts.items() if not holds]
    verdict = NOT_REPRODUCED if failing else REPRODUCED
    if trained and lab.scale == "smoke":
        verdict = NOT_TESTABLE
    told = f"{measured}. Holds: {'; '.join(holding) or 'nothing'}" + (
        f". Fails: {'; '.join(failing)}" if failing else ""
    )
    known = deciding is not None and math.isfinite(deciding.low) and math.isfinite(deciding.high)
    ends = (float(deciding.low), float(deciding.high)) if deciding is not None and known else None
    return lab.verdict(claim, verdict, told, ends, n, note)


def words(interval: Interval, form: str = ".2f") -> str:
    """Write an interval: `1.20 [1.10, 1.30]`."""
    return f"{interval.value:{form}} [{interval.low:{form}}, {interval.high:{form}}]"
