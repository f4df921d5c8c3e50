"""Transitions of a population: how many runs have one, and when, with the spread over runs."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from ._checks import check_choice
from ._intervals import Interval, bootstrap_interval, jeffreys, mean_interval
from ._transition_record import Transition

FEWEST_FOR_MEDIAN = 6
"""Runs: the range of fewer holds the median of all runs with less than 95 % (1 - 2^(1 - n))."""


class PopulationTransition(NamedTuple):
    """Transitions over runs; a quantity is None where fewer than two runs have it.

    Attributes:
        found: Number of runs with a transition.
        total: Number of runs.
        share: found / total with the Jeffreys interval.
        time_steps: Typical time over the runs that have one, with its interval over runs, in steps.
        time_sequences: The same in sequences.
        width_steps: Typical width, in steps.
        height: Typical height, in the curve's unit.
    """

    found: int
    total: int
    share: Interval
    time_steps: Interval | None
    time_sequences: Interval | None
    width_steps: Interval | None
    height: Interval | None


def population_transition(
    transitions: Sequence[Transition], *, statistic: str = "median", resamples: int = 4000, seed: int = 0
) -> PopulationTransition:
    """Summarise transitions over runs.

    Times describe the runs that have a transition; read them together with `share`. For a population in which
    some runs never get there, `kaplan_meier` on `crossing` times treats those as censored.

    Args:
        transitions: One per run, found or not.
        statistic: "median" (percentile bootstrap over runs; without an interval, ends NaN, for fewer than six) or
            "mean" (Student's t).
        resamples: Number of resamples, for medians.
        seed: Their seed.

    Returns:
        Counts, the share with its interval, and typical time, width and height.

    Raises:
        ValueError: If there is no transition at all in the list, or the statistic is unknown.
    """
    check_choice("statistic", statistic, ("median", "mean"))
    if not transitions:
        raise ValueError("`transitions` is empty; at least one run is needed. Pass those not found, too.")
    there = [transition for transition in transitions if transition.found]

    def typical(name: str) -> Interval | None:
        values = [getattr(one, name).value for one in there if getattr(one, name) is not None]
        if len(values) < 2:
            return None
        if statistic == "mean":
            return mean_interval(values)
        middle = bootstrap_interval(values, "median", method="percentile", resamples=resamples, seed=seed)
        return middle if len(values) >= FEWEST_FOR_MEDIAN else middle._replace(low=math.nan, high=math.nan)

    return PopulationTransition(
        len(there),
        len(transitions),
        jeffreys(len(there), len(transitions)),
        *(typical(name) for name in ("time_steps", "time_sequences", "width_steps", "height")),
    )
