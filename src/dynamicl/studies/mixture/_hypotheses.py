"""Figure 6b: without beta2, layer 2 cannot prefer labels to items, and the jump comes all the same."""

import xarray as xr

from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import median, ratio, words

from ._populations import experiment
from ._readings import SHARE_SOLVED, SOLVED, Jump, curves_of, jump_of, too_few, too_short
from ._settings import Setting

FOUND = Threshold(
    f"share of runs without beta2 that end above {SOLVED} on novel classes",
    ">=",
    round(SHARE_SOLVED - 1e-3, 3),
)
ABRUPT = Threshold("(t90 - t10) / t50 of the rise from chance without beta2, median", "<", 0.3)
AS_SOON = Threshold(
    "t50 without beta2 over t50 with it, geometric mean over seeds, distance from 1", "<=", 0.25
)


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Follow in-context accuracy with three parameters and with two.

    Returns:
        `novel`, `tla2`, `tila2`, `loss` (run, step) without beta2; `with_beta2` (run, step), novel accuracy.
    """
    data = curves_of(scale, trajectories["two_parameters"], measures=("tla2", "tila2"))
    return data.assign(with_beta2=curves_of(scale, trajectories["minimal"])["novel"])


def rises(data: xr.Dataset) -> tuple[Jump, Jump]:
    """Return the rises from chance without beta2, and with it."""
    chance = 1 / data.attrs["labels"]
    return jump_of(data, chance), jump_of(data.assign(novel=data["with_beta2"]), chance)


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """The jump remains, as abrupt and about as soon."""
    without, usual = rises(data)
    both = without.solved & usual.solved
    few = too_few(without.solved) or too_few(usual.solved)
    apart = ratio(without.t50[both], usual.t50[both])
    return (
        FOUND.part(float(without.solved.mean()), without.solved.size, too_short(data, without.solved)),
        ABRUPT.part(median(without.abruptness), int(without.solved.sum()), too_few(without.solved)),
        AS_SOON.part(abs(apart.value - 1), int(both.sum()), few),
    )


def note(data: xr.Dataset) -> str:
    """Give the ratio of times, and how much attention labels get."""
    without, usual = rises(data)
    both = without.solved & usual.solved
    attention = median(data["tla2"].isel(step=0))
    return (
        f"t50 without beta2 over with it {words(ratio(without.t50[both], usual.t50[both]))}; "
        f"t50 {median(without.t50):,.0f} and {median(usual.t50):,.0f} updates (medians); TLA2 at the start "
        f"{attention:.2f}"
    )


HYPOTHESES = experiment(
    "mixture.hypotheses",
    ["minimal", "two_parameters"],
    measure=measure,
    judge=judge,
    criterion=(FOUND, ABRUPT, AS_SOON),
    note=note,
)
