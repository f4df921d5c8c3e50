"""How long an experiment takes, training included, also where its runs were found in the library."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path

from dynamicl.store import Library
from dynamicl.studies._experiment import Experiment, Lab, Outcome


def timed(experiment: Experiment) -> Experiment:
    """Return the experiment with verdicts that tell at least the seconds that training its populations took."""

    def run(lab: Lab) -> Outcome:
        outcome = experiment.run(lab)
        spent = training_seconds(lab.path, outcome.runs)
        verdicts = tuple(
            dataclasses.replace(v, seconds=max(v.seconds, round(spent, 1))) for v in outcome.verdicts
        )
        return dataclasses.replace(outcome, verdicts=verdicts)

    return dataclasses.replace(experiment, run=run)


def training_seconds(library: Path, runs: Sequence[str]) -> float:
    """Add up the training time of the populations that some runs belong to, each counted once."""
    members = Library(library).trajectory(runs).members
    return float(sum({store.path: store.attributes.get("seconds", 0.0) for store, _ in members}.values()))
