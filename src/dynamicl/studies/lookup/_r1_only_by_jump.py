"""Section 4.1: no one-head run reaches accuracy 1 without a jump."""

import numpy as np
import xarray as xr

from dynamicl.statistics import crossing, find_transition
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._summaries import share

from ._ends import EXACT_KIND
from ._populations import experiment
from ._r1_bimodal import measure as measure
from ._settings import FEWEST, HOLD, LEFT

ALL = Threshold("share of exact runs in whose accuracy a jump is found", ">=", 1.0)
FOUND, UNFINISHED = "found", "unfinished"
"""Reasons as `find_transition` words them."""
LEAST = 8
"""Evaluations that it takes."""


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Every run that ends exact jumped: a transition is found, whether or not it is sharp.

    It may be the last of several: where none is found in the whole curve it is looked for once more (`later_jump`). It
    is open where a curve is called unfinished: what ends during a change was not seen to be without a jump.
    """
    exact = data["kind"].values == EXACT_KIND
    count, total = int(exact.sum()), data.sizes["run"]
    few = f"{count} of {total} runs converged, fewer than {FEWEST}" if count < FEWEST else ""
    why_not = [reason for reason in later_jumps(data) if reason != FOUND]
    unfinished = [reason for reason in why_not if reason.startswith(UNFINISHED)]
    cut = f"{len(unfinished)} exact runs are unfinished" if unfinished == why_not and why_not else ""
    jumped = np.arange(count) < count - len(why_not)
    return (ALL.part(share(jumped), count, few or cut),)


def later_jumps(data: xr.Dataset) -> list[str]:
    """Look once more for the jumps of exact runs that none was found in; see `later_jump`."""
    left_over = (data["kind"].values == EXACT_KIND) & ~np.isfinite(data["jump_time"].values)
    steps, above = data["step"].values.astype(float), float(data.attrs["plateau"]) + LEFT
    return [later_jump(steps, curve, above) for curve in data["accuracy"].values[left_over]]


def later_jump(steps: np.ndarray, accuracy: np.ndarray, above: float) -> str:
    """Look for a jump behind an inner plateau.

    Of several rises `find_transition` settles on the highest, in a window of its own, and calls it unfinished where
    that window ends on an inner plateau. A later one is found where the search begins when the curve has left its first
    plateau: at the first of three evaluations in a row above a level.

    Args:
        steps: evaluated steps, shape (step,).
        accuracy: of one run, shape (step,).
        above: that level.

    Returns:
        "found", or why there is no jump in the whole curve.
    """
    left = crossing(steps, accuracy, above, direction="rising", hold=HOLD)
    behind = steps >= left.time
    if left.observed and behind.sum() >= LEAST and find_transition(steps[behind], accuracy[behind]).found:
        return FOUND
    return find_transition(steps, accuracy).reason


def note(data: xr.Dataset) -> str:
    """Count the jumps that begin elsewhere than on the plateau, or are wide."""
    exact = data["kind"].values == EXACT_KIND
    sharp, later = int(data["sharp"].values[exact].sum()), later_jumps(data).count(FOUND)
    return (
        f"{sharp} of {int(exact.sum())} exact runs have one sharp jump from the plateau (`lookup.r1.bimodal`), {later} "
        "jump only from an inner plateau"
    )


ONLY_BY_JUMP = experiment(
    "lookup.r1.only_by_jump", ["one_head"], measure=measure, judge=judge, criterion=(ALL,), note=note
)
