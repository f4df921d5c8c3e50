"""Figure A.2: whether the three-parameter head has the same order of measures on data with two items of a class.

A part of the row `mixture.minimal` that has runs of its own: K = 512, D = 64, B = 2, no sequences of novel classes.
"""

import xarray as xr

from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import median

from ._order import ORDER, halves_in_words, order_parts
from ._populations import experiment
from ._readings import MEASURES, curves_of, jump_of
from ._settings import Setting


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Follow the four progress measures.

    Returns:
        `novel`, `ila1_labels`, `tila2`, `cla`, `tla2`, `loss` (run, step).
    """
    return curves_of(scale, trajectories["minimal_bursts"], measures=MEASURES)


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Judge the order as for Figure 6a."""
    return order_parts(data, jump_of(data, 1 / data.attrs["pairs"]))


def note(data: xr.Dataset) -> str:
    """Give the median half-rises in units of t50, and when the jump comes."""
    jump = jump_of(data, 1 / data.attrs["pairs"])
    return (
        f"half-rises over t50 (median): {halves_in_words(data, jump.t50)}; {int(jump.solved.sum())} of "
        f"{jump.solved.size} runs find the in-context solution, t50 after {median(jump.t50):,.0f} updates"
    )


MINIMAL_BURSTS = experiment(
    "mixture.minimal_bursts",
    ["minimal_bursts"],
    measure=measure,
    judge=judge,
    criterion=ORDER,
    finding="on the data of figure A.2 too the measures of the three-parameter head rise in the order of figure 4",
    note=note,
)
