"""In which order the progress measures rise about the jump: what Figures 4 and 6a are judged by."""

import dataclasses

import numpy as np
import xarray as xr

from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._summaries import largest, median

from ._readings import MEASURES, Jump, half_rises, over, too_few

EARLY = {
    name: Threshold(
        f"half-rise of {name.upper()} less t10 of the jump, over t50, largest over runs", "<", 0.0
    )
    for name in ("cla", "tla2")
}
TOGETHER = {
    name: Threshold(
        f"distance of {label}'s half-rise from t50 of the jump, over t50, largest over runs", "<=", 0.1
    )
    for name, label in (("ila1_labels", "ILA1"), ("tila2", "TILA2"))
}
ORDER = (*EARLY.values(), *TOGETHER.values())


def order_parts(data: xr.Dataset, jump: Jump, every: bool = False) -> tuple[Part, ...]:
    """Judge the order in the runs that found the in-context solution; too few of them decide nothing.

    A measure that never rises by half of its own way counts as infinitely late.

    Args:
        data: curves of the measures.
        jump: of in-context accuracy.
        every: whether the order is claimed of every run, so that one that has not got there leaves open what holds in
            the others.
    """
    few, runs = too_few(jump.solved), int(jump.solved.sum())
    halves = {name: np.nan_to_num(half_rises(data, name), nan=np.inf) for name in MEASURES}
    early = [
        EARLY[name].part(_most(over(halves[name] - jump.t10, jump.t50), jump), runs, few) for name in EARLY
    ]
    together = [
        TOGETHER[name].part(_most(over(np.abs(halves[name] - jump.t50), jump.t50), jump), runs, few)
        for name in TOGETHER
    ]
    parts = (*early, *together)
    if not every or jump.solved.all():
        return parts
    missing = f"it holds in {runs} runs, {jump.solved.size - runs} more have not jumped"
    return tuple(dataclasses.replace(one, undecided=missing) if one.holds else one for one in parts)


def halves_in_words(data: xr.Dataset, t50: np.ndarray) -> str:
    """Write the median half-rise of each measure, in units of t50 of the jump."""
    halves = {name: median(over(half_rises(data, name), t50)) for name in MEASURES}
    return ", ".join(f"{name.upper()} {half:.2f}" for name, half in halves.items())


def _most(values: np.ndarray, jump: Jump) -> float:
    """Return the largest value of the runs that count, infinity included."""
    counted = values[jump.solved & np.isfinite(jump.t50)]
    return float("inf") if np.isinf(counted).any() else largest(counted)
