"""Figure 4, layer 2: the read-out attends 3 to the right of the solution, carriers to themselves."""

import xarray as xr

from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import mean

from ._populations import experiment
from ._rules import HIGH, rule_data, untestable
from ._settings import Setting

RULES = {
    "readout_accuracy": Threshold(
        "share of read-outs that attend most to the solution + 3, exact runs", ">=", HIGH
    ),
    "diagonal_accuracy": Threshold(
        "share of carriers that attend most to themselves, exact runs", ">=", HIGH
    ),
}


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Score the rules of layer 2 on exact runs; the first and the last carrier do not count, as in the report.

    Returns:
        See `rule_data`: `readout_accuracy` and `diagonal_accuracy`.
    """
    return rule_data(scale, trajectories, 2, tuple(RULES))


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Both rules score high on average over exact runs; see `too_short` for where they cannot be tested."""
    why = untestable(data)
    return tuple(bar.part(mean(data[name]), data.sizes["run"], why) for name, bar in RULES.items())


def note(data: xr.Dataset) -> str:
    """Say where the models look instead, and which rows nothing is trained for."""
    return (
        f"most frequent instead: {data.attrs['habits']}; in layer 2 only the read-out's row reaches the answer, what "
        "other rows attend to there is not trained for, neither here nor in the report"
    )


LAYER_TWO = experiment(
    "lookup.r2.layer2", ["one_head"], measure=measure, judge=judge, criterion=tuple(RULES.values()), note=note
)
