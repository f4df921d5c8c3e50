"""Figure 1: one-head runs end in one of two ways: a jump to accuracy 1, or a climb that stalls below."""

import numpy as np
import xarray as xr

from dynamicl.statistics import jeffreys
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import median, share, words

from ._ends import CLIMBING, EXACT_KIND, STALLED, counts, ended, jump_table, kinds, open_while_climbing, told
from ._populations import experiment
from ._settings import FEWEST, Setting

SOME = Threshold("share of runs that end exact", ">=", 0.05)
SHARPLY = Threshold("share of exact runs that got there by one sharp jump from the plateau", ">=", 0.9)
STALL = Threshold("share of runs that stall below 1", ">=", 0.05)


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Sort one-head runs by how they end, and look how the exact ones got there.

    Exact means three evaluations in a row above 0.95. A jump counts where `find_transition` finds it; it is sharp where
    its 10 to 90 % take less than half of the time before it, and it begins within 0.1 of the accuracy of guessing among
    the values shown.

    Returns:
        See `jump_table`.
    """
    return jump_table(ended(scale, trajectories["one_head"]))


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Both ends occur, and exact runs get there by one sharp jump.

    Some that stall are some that are not exact. Runs that still climb when their training ends have not ended either
    way and are left out. In the report every run leaves the plateau; where fewer than eight do before the training
    ends, how runs end cannot be told.
    """
    kind = kinds(data)
    climbing = kind == CLIMBING
    exact, stalled = (kind[~climbing] == one for one in (EXACT_KIND, STALLED))
    total, left = exact.size, int((exact | stalled).sum())
    few = f"only {left} of {total} runs left the plateau, fewer than {FEWEST}" if left < FEWEST else ""

    def part(bar: Threshold, flags: np.ndarray) -> Part:
        at_most = (flags.sum() + climbing.sum()) / kind.size
        return bar.part(share(flags), total, few or open_while_climbing(bar, flags.mean(), at_most))

    sharp = data["sharp"].values[~climbing][exact]
    return part(SOME, exact), SHARPLY.part(share(sharp), sharp.size, few), part(STALL, stalled)


def note(data: xr.Dataset) -> str:
    """Count the ends."""
    total, exact = data.sizes["run"], counts(data)[EXACT_KIND]
    return (
        f"of {total} runs {told(data)}; exact share {words(jeffreys(exact, total))}; jumps take "
        f"{median(data['jump_width']):.0f} steps from 10 to 90 % (median). Runs still on the plateau are censored: the "
        "report trained about eight times as long as its convergence takes, the miniature about twice"
    )


BIMODAL = experiment(
    "lookup.r1.bimodal",
    ["one_head"],
    measure=measure,
    judge=judge,
    criterion=(SOME, SHARPLY, STALL),
    note=note,
)
