"""When the transition happened, in words.

A run without a transition counts in the median as one that had none up to its last record. A run in which none was
looked for, for it has too few evaluations, counts neither way.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import xarray as xr

from dynamicl.statistics import Interval, kaplan_meier, median_survival

from ._grids import recorded
from ._words import compact, runs_in_words

FEWEST_EVALUATIONS = 8
"""Of a run's loss, for a transition to be looked for in it: `find_transition` refuses fewer."""
RESAMPLES = 2000
FEW_RUNS = 5
"""With fewer, their range says more than an interval."""
MOST_GROUPS = 4

Parts = list[object]


class Sighting(NamedTuple):
    """A run in which a transition was looked for.

    Attributes:
        group: index of its setting.
        transition: its record; None where it had none.
        last_step: the last step at which its curve was recorded.
    """

    group: int
    transition: dict | None
    last_step: float


def when(dataset: xr.Dataset, record: dict) -> Parts:
    """Say when the transition happened, with its intervals.

    Args:
        dataset: numeric variables of the trajectory.
        record: the payload so far: `runs`, `groups`, `transitions`, `focus`, `evaluators`.

    Returns:
        Parts as in `headline`.
    """
    sightings = sightings_of(dataset, record)
    if not sightings:
        return ["Transitions were not looked for."]
    found = found_in(sightings)
    if not found:
        return [
            f"No transition was found in {runs_in_words(len(sightings))}.",
            *not_looked_for(record, sightings),
        ]
    parts: Parts = [verb_of(found[0]), " "]
    if len(record["groups"]) > 1:
        parts += times_by_group(record, sightings)
    else:
        parts += [*time_words(sightings), ".", own_precision(found)]
    without = len(sightings) - len(found)
    if without:
        parts.append(f" {runs_in_words(without).capitalize()} of {len(record['runs'])} had none.")
    return parts + not_looked_for(record, sightings)


def main_records(record: dict) -> list[dict]:
    """Transition records of one curve and evaluator: those of which some are found first, then those of the loss."""
    if not record["transitions"]:
        return []
    first = min(record["transitions"], key=lambda t: (not t["found"], t["curve"] != "loss"))
    key = (first["curve"], first["evaluator"])
    return [t for t in record["transitions"] if (t["curve"], t["evaluator"]) == key]


def main_transitions(record: dict) -> list[dict]:
    """Found transitions of one curve and evaluator: those of the loss first, else the first named."""
    return [t for t in main_records(record) if t["found"]]


def sightings_of(dataset: xr.Dataset, record: dict) -> list[Sighting]:
    """Gather the runs in which a transition was looked for, whether they had one or not."""
    by_run = {t["run"]: t for t in main_records(record)}
    last_steps = last_steps_of(dataset, record)
    sightings = []
    for run, last_step in zip(record["runs"], last_steps, strict=True):
        if run["id"] in by_run:
            transition = by_run[run["id"]]
            sightings.append(Sighting(run["group"], transition if transition["found"] else None, last_step))
    return sightings


def found_in(sightings: Iterable[Sighting]) -> list[dict]:
    """Return the transitions of the runs that had one."""
    return [sighting.transition for sighting in sightings if sighting.transition]


def last_steps_of(dataset: xr.Dataset, record: dict) -> list[float]:
    """Return the last step at which each run recorded the curve of the transitions, or else anything."""
    records = main_records(record)
    if records and records[0]["curve"] in dataset:
        dataset = dataset[[records[0]["curve"]]]
        if records[0]["evaluator"] in record["evaluators"] and "evaluator" in dataset.dims:
            dataset = dataset.isel(evaluator=[record["evaluators"].index(records[0]["evaluator"])])
    mask, steps = recorded(dataset, "step"), dataset["step"].to_numpy()
    if mask is None:
        return [float(steps[-1])] * len(record["runs"])
    return [float(steps[own].max(initial=steps[0])) for own in mask]


def verb_of(transition: dict) -> str:
    """Say what the curve does at its transition."""
    if transition["curve"] == "loss":
        return "The loss falls"
    return f"{transition['curve'].replace('_', ' ').capitalize()} jumps"


def time_of(transition: dict) -> tuple[list, str]:
    """A transition's (value, low, high), in sequences where they are known."""
    if transition["time_sequences"] is not None:
        return transition["time_sequences"], "sequences"
    return transition["time_steps"], "steps"


def times_by_group(record: dict, sightings: Sequence[Sighting]) -> Parts:
    """The median time of each setting's runs: a median over different settings would describe none of them."""
    found = found_in(sightings)
    shown: Iterable[int] = range(len(record["groups"]))
    if len(record["groups"]) > MOST_GROUPS:
        shown = [record["runs"][record["focus"]["run"]]["group"]]
    parts: Parts = []
    for group in shown:
        members = [sighting for sighting in sightings if sighting.group == group]
        if found_in(members):
            parts += ["; " if parts else "", *time_words(members, record["groups"][group])]
    parts = [*parts, ".", own_precision(found)] if parts else ["with other settings alone."]
    if len(record["groups"]) > MOST_GROUPS:
        times = [time_of(transition)[0][0] for transition in found]
        parts.append(
            f" Over all {len(record['groups'])} settings from {compact(min(times))} to {compact(max(times))}."
        )
    return parts


def time_words(sightings: Sequence[Sighting], setting: str = "") -> Parts:
    """Say when runs of one setting had their transition: the median, or how few had it where that was not seen.

    Args:
        sightings: of runs of one setting; at least one with a transition.
        setting: its name, where there are several.
    """
    found = sorted(found_in(sightings), key=lambda t: time_of(t)[0][0])
    unit = time_of(found[0])[1]
    note = f" with {setting}" if setting else ""
    if len(sightings) == 1:
        own = time_of(found[0])[0]
        return ["at ", link_to(found[0], f"{compact(own[0])} {unit}"), note, own_interval(own)]
    median = median_time(sightings)
    if not math.isfinite(median.value):
        first = f"{compact(time_of(found[0])[0][0])} {unit}"
        return [f"in {len(found)} of {len(sightings)} runs, first at ", link_to(found[0], first), note]
    middle = [t for t in found if time_of(t)[0][0] <= median.value][-1]
    note = note or f", the median of {runs_in_words(len(sightings))}"
    return [
        "at ",
        link_to(middle, f"{compact(median.value)} {unit}"),
        note,
        median_interval([time_of(t)[0][0] for t in found], median, len(sightings)),
    ]


def median_time(sightings: Sequence[Sighting]) -> Interval:
    """Return the median time of transition of runs of one setting, with its 95 % interval.

    Where every run had one, it is the times' own median with a bootstrap over runs. Else it is the time by which half
    of the runs had one, as Kaplan and Meier estimate it: infinite where that was not seen.
    """
    known = found_in(sightings)
    # Runs of one setting take the same number of sequences in a step.
    scale = time_of(known[0])[0][0] / known[0]["time_steps"][0] if known[0]["time_steps"][0] else 1.0
    times = [time_of(s.transition)[0][0] if s.transition else scale * s.last_step for s in sightings]
    if len(known) == len(sightings):
        draws = np.random.default_rng(0).choice(times, (RESAMPLES, len(times)))
        low, high = np.quantile(np.median(draws, axis=1), [0.025, 0.975])
        return Interval(float(np.median(times)), float(low), float(high))
    return median_survival(kaplan_meier(times, [s.transition is not None for s in sightings]))


def own_interval(value: list) -> str:
    """` (95 % interval a to b)`, or that there is none."""
    if value[1] is None or value[2] is None:
        return " (without an interval)"
    return f" (95 % interval {compact(value[1])} to {compact(value[2])})"


def median_interval(times: Sequence[float], median: Interval, runs: int) -> str:
    """Write the interval of a median, or the range of the times where the runs are few.

    Args:
        times: of the runs that had a transition.
        median: over all of the runs.
        runs: how many there are.
    """
    if runs < FEW_RUNS:
        return f" (from {compact(min(times))} to {compact(max(times))})"
    high = compact(median.high) if math.isfinite(median.high) else "beyond the end"
    return f" (95 % interval {compact(median.low)} to {high})"


def own_precision(found: Sequence[dict]) -> str:
    """How well a single run's time is known: half its interval's length, in the median; nothing of one run alone."""
    times = [time_of(transition) for transition in found]
    halves = [(high - low) / 2 for (_, low, high), _ in times if low is not None and high is not None]
    if len(found) < 2 or not halves:
        return ""
    return (
        f" A single run's own time is known to ± {compact(float(f'{np.median(halves):.2g}'))} {times[0][1]}."
    )


def not_looked_for(record: dict, sightings: Sequence[Sighting]) -> Parts:
    """Say in how many runs transitions were not looked for, which is no sign that they had none."""
    left_out = len(record["runs"]) - len(sightings)
    if not left_out:
        return []
    runs = f"{runs_in_words(left_out)} of {len(record['runs'])}"
    return [f" In {runs} it was not looked for: that takes {FEWEST_EVALUATIONS} evaluations of a run."]


def link_to(transition: dict, text: str) -> dict:
    """A part of a sentence that leads to a transition."""
    return {"text": text, "run": transition["run"], "step": transition["time_steps"][0]}
