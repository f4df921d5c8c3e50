"""How a claim of several parts becomes one verdict, with what the report's own scale would cost."""

import math
from collections.abc import Callable, Mapping
from typing import Any

from dynamicl.statistics import Interval
from dynamicl.studies._experiment import Lab
from dynamicl.studies._verdict import NOT_REPRODUCED, NOT_TESTABLE, REPRODUCED, Verdict

from ._settings import Setting, setting

SUSTAINED = 1e14
"""FLOP/s in which the cost of the report's scale is told in hours."""


def judge(
    lab: Lab,
    claim: str,
    parts: Mapping[str, bool],
    measured: str,
    deciding: Interval | None,
    n: int,
    run_steps: Callable[[str], int],
    note: str = "",
    untestable: str = "",
) -> Verdict:
    """Reproduced where every part holds; the parts that hold and those that do not are named.

    Args:
        lab: where it was measured.
        claim: its id.
        parts: whether each part holds, by its words.
        measured: numbers in words.
        deciding: interval of the deciding number.
        n: runs behind it.
        run_steps: what the experiment asks for at a scale.
        note: what else there is to know.
        untestable: why nothing can be decided at this scale; "" where it can.
    """
    holding = [name for name, holds in parts.items() if holds]
    failing = [name for name, holds in parts.items() if not holds]
    verdict = (
        NOT_TESTABLE if untestable or lab.scale == "smoke" else NOT_REPRODUCED if failing else REPRODUCED
    )
    told = f"{measured}. Holds: {'; '.join(holding) or 'nothing'}"
    told += f". Fails: {'; '.join(failing)}" if failing else ""
    notes = [part for part in (untestable, note, paper_cost(run_steps)) if part]
    known = deciding is not None and math.isfinite(deciding.low) and math.isfinite(deciding.high)
    ends = (deciding.low, deciding.high) if deciding is not None and known else None
    return lab.verdict(claim, verdict, told, ends, n, "; ".join(notes))


def words(interval: Interval | None, form: str = ".2f") -> str:
    """Write an interval: `1.20 [1.10, 1.30]`."""
    if interval is None:
        return "not to be had"
    return f"{interval.value:{form}} [{interval.low:{form}}, {interval.high:{form}}]"


def attempt(function: Callable[..., Any], *values: Any, **options: Any) -> tuple[Any, str]:
    """Ask for a statistic that the outcomes may not allow (all alike, too few).

    Returns:
        It and "", or `None` and why there is none.
    """
    try:
        return function(*values, **options), ""
    except ValueError as error:
        return None, str(error)


def flop_of_step(chosen: Setting) -> float:
    """Count the matrix-product FLOP of an update, forward and backward, padding included."""
    length, d = 2 * chosen.task.pairs + 4, chosen.d_model
    block = chosen.batch * (2 * length * 6 * d * d + 4 * length * length * d)
    return float(3 * (2 * block + 2 * chosen.batch * d * chosen.task.values))


def paper_cost(run_steps: Callable[[str], int]) -> str:
    """Say what an experiment would cost at the report's own scale, shared runs counted again."""
    steps = run_steps("paper")
    flop = steps * flop_of_step(setting("paper"))
    hours = flop / SUSTAINED / 3600
    return (
        f"at scale `paper` it would take {steps:.2g} run-steps, {flop:.1e} FLOP: {hours:.0f} hours of an accelerator "
        f"that sustains {SUSTAINED:.0e} FLOP/s"
    )
