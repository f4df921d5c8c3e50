"""Figure 1d: with B = 2 and K = 512 in-context accuracy rises abruptly in all six seeds."""

import xarray as xr

from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import median

from ._populations import experiment
from ._readings import SHARE_SOLVED, SOLVED, Jump, curves_of, end_of, jump_of, too_few, too_short
from ._settings import Setting

FOUND = Threshold(
    f"share of runs that end above {SOLVED} on novel classes", ">=", round(SHARE_SOLVED - 1e-3, 3)
)
ABRUPT = Threshold("(t90 - t10) / t50 of the rise from chance, median of the runs that do", "<", 0.3)


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Follow the loss and the three accuracies.

    Returns:
        `novel`, `swap`, `in_weights`, `loss` (run, step); see `curves_of`.
    """
    return curves_of(scale, trajectories["curves"], ("novel", "swap", "in-weights"))


def rise(data: xr.Dataset) -> Jump:
    """Return each run's rise from chance, 1 / L."""
    return jump_of(data, 1 / data.attrs["labels"])


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Nearly all runs find the in-context solution, and abruptly."""
    jump = rise(data)
    found = float(jump.solved.mean())
    return (
        FOUND.part(found, jump.solved.size, too_short(data, jump.solved)),
        ABRUPT.part(median(jump.abruptness), int(jump.solved.sum()), too_few(jump.solved)),
    )


def note(data: xr.Dataset) -> str:
    """Give times and ends."""
    ends = ", ".join(
        f"{label} {median(end_of(data[name].transpose('run', 'step').values)):.2f}"
        for name, label in (("novel", "novel"), ("swap", "swapped"), ("in_weights", "in weights"))
    )
    jump = rise(data)
    jumped = (
        f"t50 after {median(jump.t50[jump.solved]):,.0f} updates"
        if jump.solved.any()
        else "no run has jumped"
    )
    return f"{jumped}; at the end {ends} (medians)"


CURVES = experiment(
    "mixture.curves", ["curves"], measure=measure, judge=judge, criterion=(FOUND, ABRUPT), note=note
)
