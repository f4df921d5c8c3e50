"""Figure 6a (A.2: `_minimal_bursts`): the three-parameter head shows the same measures in order, and jumps sooner."""

import xarray as xr

from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import median, ratio, words

from ._order import ORDER, halves_in_words, order_parts
from ._populations import experiment
from ._readings import MEASURES, Jump, curves_of, jump_of, too_few
from ._settings import Setting

SOONER = Threshold("t50 of the jump over the full network's, geometric mean over seeds", "high <", 1.0)


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Follow the four progress measures of the minimal head, and the full network's accuracy on the same data.

    Returns:
        `novel`, `ila1_labels`, `tila2`, `cla`, `tla2`, `loss` (run, step) of the minimal head; `full` (run,
        full_step), novel accuracy of the full network with the same seeds.
    """
    data = curves_of(scale, trajectories["minimal"], measures=MEASURES)
    full = curves_of(scale, trajectories["standard"]).rename(step="full_step")
    return data.assign(full=full["novel"])


def jumps(data: xr.Dataset) -> tuple[Jump, Jump]:
    """Return the jumps of the minimal head and of the full network."""
    before = 1 / data.attrs["pairs"]
    full = data[["full"]].rename(full="novel", full_step="step")
    return jump_of(data.drop_vars(["full", "full_step"]), before), jump_of(full, before)


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """The order is that of the full network, and every run's jump comes sooner on the whole."""
    head, full = jumps(data)
    both = head.solved & full.solved
    few = too_few(head.solved) or too_few(full.solved)
    sooner = ratio(head.t50[both], full.t50[both])
    return (*order_parts(data, head), SOONER.part(sooner, int(both.sum()), few))


def note(data: xr.Dataset) -> str:
    """Give the median half-rises in units of t50, and the times."""
    head, full = jumps(data)
    both = head.solved & full.solved
    return (
        f"half-rises over t50 (median): {halves_in_words(data, head.t50)}; t50 after {median(head.t50):,.0f} "
        f"updates, full network {median(full.t50):,.0f}, ratio {words(ratio(head.t50[both], full.t50[both]))}"
    )


MINIMAL = experiment(
    "mixture.minimal",
    ["minimal", "standard"],
    measure=measure,
    judge=judge,
    criterion=(*ORDER, SOONER),
    note=note,
)
