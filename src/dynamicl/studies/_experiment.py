"""An experiment: the runs behind one or more claims, and what they show."""

import dataclasses
import importlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import xarray as xr

from dynamicl.lab import Progress, machine, train_population, versions
from dynamicl.specs import SpecError, nearest
from dynamicl.store import Library, Trajectory
from dynamicl.training import Recording, RunSpec

from ._verdict import NOT_REPRODUCED, NOT_TESTABLE, Verdict

Scale = Literal["smoke", "demo", "laptop", "paper"]
SCALES: tuple[str, ...] = ("smoke", "demo", "laptop", "paper")


@dataclass
class Lab:
    """Where experiments run.

    Attributes:
        path: the library that holds every run; shared by all experiments.
        scale: how large.
        command: what the user gave; written beside every result.
        listener: told about progress.
        trained: run-steps asked for so far, cached ones included.
    """

    path: Path
    scale: str
    command: str = ""
    listener: Callable[[Progress], None] = lambda progress: None
    trained: int = 0

    def train(self, runs: Sequence[RunSpec], recording: Recording, title: str = "") -> Trajectory:
        """Train what is missing of some runs and return all of them, in order."""
        self.trained += sum(run.steps for run in runs)
        return train_population(
            runs, recording, self.path, title=title, command=self.command, listener=self.listener
        )

    def verdict(
        self,
        claim: str,
        verdict: str,
        measured: str | float,
        interval: tuple[float, float] | None,
        n: int,
        note: str = "",
    ) -> Verdict:
        """Write a verdict at this scale; at `smoke`, where runs are too short, a failure decides nothing."""
        if self.scale == "smoke" and verdict == NOT_REPRODUCED:
            verdict = NOT_TESTABLE
        return Verdict(claim, verdict, measured, interval, n, self.scale, self.command, versions(), note=note)


@dataclass(frozen=True)
class Outcome:
    """What an experiment leaves.

    Attributes:
        verdicts: on its claims.
        data: what its figure shows, small enough to keep beside the code.
        runs: ids of the runs behind it, for the page.
        fates: fork experiments by a name of their own, each `Fates.data` and the parent's curve, for pages of theirs.
    """

    verdicts: tuple[Verdict, ...]
    data: xr.Dataset
    runs: tuple[str, ...] = ()
    fates: Mapping[str, tuple[xr.Dataset, xr.Dataset]] = field(default_factory=dict)


@dataclass(frozen=True)
class Experiment:
    """One experiment of a study.

    Attributes:
        name: for instance `induction.plateau`; usually its claim's id.
        run: does it.
        run_steps: says how many run-steps it asks for at a scale (shared runs counted again).
    """

    name: str
    run: Callable[[Lab], Outcome]
    run_steps: Callable[[str], int] = lambda scale: 0


def conduct(experiment: Experiment, lab: Lab) -> Outcome:
    """Run an experiment and write into its verdicts when that was, where, and how long it takes.

    The seconds are those since the call, or those that training its populations took when they were trained,
    whichever are more: runs found in the library are not free to whoever has none.
    """
    began = time.monotonic()
    outcome = experiment.run(lab)
    seconds = max(time.monotonic() - began, _training_seconds(lab.path, outcome.runs))
    stamp: dict[str, Any] = {
        "seconds": round(seconds, 1),
        "date": datetime.now(UTC).date().isoformat(),
        "machine": machine(),
    }
    return dataclasses.replace(
        outcome, verdicts=tuple(dataclasses.replace(verdict, **stamp) for verdict in outcome.verdicts)
    )


def _training_seconds(library: Path, runs: Sequence[str]) -> float:
    """Add up the training time of the populations that some runs belong to, each counted once."""
    members = Library(library).trajectory(runs).members if runs else ()
    return float(sum({store.path: store.attributes.get("seconds", 0.0) for store, _ in members}.values()))


STUDIES = ("induction", "lookup")


def find_experiments(names: Sequence[str]) -> tuple[Experiment, ...]:
    """Return experiments by name; a study's name stands for all of its own.

    Raises:
        SpecError: an unknown name, with the nearest known ones.
    """
    known: dict[str, Experiment] = {}
    asked = {name.partition(".")[0] for name in names} & set(STUDIES)
    for study in sorted(asked) or STUDIES:
        module: Any = importlib.import_module(f"dynamicl.studies.{study}")
        known |= {experiment.name: experiment for experiment in module.EXPERIMENTS}
    found: dict[str, Experiment] = {}
    for name in names:
        matching = {k: e for k, e in known.items() if k == name or k.startswith(f"{name}.")}
        if not matching:
            raise SpecError(f"no experiment `{name}`: did you mean {nearest(name, [*known, *STUDIES])}?")
        found |= matching
    return tuple(found.values())
