"""Figure 4, layer 1: the most attended position of position i is i - 3 or i - 4."""

import xarray as xr

from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories
from dynamicl.studies._summaries import mean

from ._populations import experiment
from ._rules import HIGH, rule_data, untestable
from ._settings import Setting

COLLECT = Threshold("share of rows of layer 1 that attend most to i - 3 or i - 4, exact runs", ">=", HIGH)


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Score the rule of layer 1 on exact runs, over rows 4 to the last but one, as the report has it (`Exempt`).

    Returns:
        See `rule_data`: `collect_accuracy`.
    """
    return rule_data(scale, trajectories, 1, ("collect_accuracy",))


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """The rule scores high on average over exact runs; see `too_short` for where it cannot be tested."""
    scores = data["collect_accuracy"].values
    return (COLLECT.part(mean(scores), scores.size, untestable(data)),)


def note(data: xr.Dataset) -> str:
    """Say where the models look instead."""
    return f"most frequent instead: {data.attrs['habits']}"


LAYER_ONE = experiment(
    "lookup.r2.layer1", ["one_head"], measure=measure, judge=judge, criterion=(COLLECT,), note=note
)
