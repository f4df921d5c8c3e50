"""An experiment: populations, what is measured on them, and the criterion that judges what was measured.

Data stand in the middle: `measure` gives a dataset small enough to keep, `judge` is a pure function of it, and its
figure is drawn from it alone. So a verdict can be given again at any time from what was kept.
"""

import dataclasses
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import xarray as xr

from dynamicl.lab import machine, versions
from dynamicl.specs import SpecError
from dynamicl.store import Library

from ._lab import Lab
from ._ledger import ledger
from ._parts import Part, Threshold
from ._plain import as_kept
from ._populations import Populations, Trajectories, needing, nothing
from ._unmeasured import NOTHING_MEASURED, unmeasured, why_unmeasured
from ._verdict import Verdict, outcome_of

TOO_SHORT = "runs of scale `smoke` are too short to decide anything"


def no_note(data: xr.Dataset) -> str:
    """Say nothing beside the parts."""
    return ""


def no_fates(setting: Any, trajectories: Trajectories) -> dict[str, tuple[xr.Dataset, xr.Dataset]]:
    """Return no fork experiments."""
    return {}


@dataclass(frozen=True)
class Experiment:
    """What puts one claim to the test.

    Attributes:
        id: the claim's, for instance `induction.plateau`; its module, figure, data file and test carry it too.
        setting: from a scale to its numbers; refuses a scale that the study has not.
        measure: from a lab, a setting and trajectories by name to the dataset that is kept.
        judge: from that dataset to the parts of the criterion, in the order of `criterion`.
        criterion: what each part has to be, fixed before the first run.
        populations: from a setting to the populations that it needs, by name; costs follow from them.
        finding: of our own, in words, where no document makes the claim; empty for a claim of the ledger.
        note: what else the dataset tells, for people; decides nothing.
        fates: fork experiments by a name of their own, each `Fates.data` and the parent's curve, for their pages.
    """

    id: str
    setting: Callable[[str], Any]
    measure: Callable[[Lab, Any, Trajectories], xr.Dataset]
    judge: Callable[[xr.Dataset], tuple[Part, ...]]
    criterion: tuple[Threshold, ...]
    populations: Callable[[Any], Populations] = nothing
    finding: str = ""
    note: Callable[[xr.Dataset], str] = no_note
    fates: Callable[[Any, Trajectories], Mapping[str, tuple[xr.Dataset, xr.Dataset]]] = no_fates

    def parts(self, data: xr.Dataset, scale: str) -> tuple[Part, ...]:
        """Judge a dataset; one without measurements, and at `smoke` any of trained networks, decides nothing.

        Raises:
            SpecError: the dataset lacks what the criterion reads.
        """
        if why_unmeasured(data):
            return tuple(bar.part(float("nan"), 0, why_unmeasured(data)) for bar in self.criterion)
        try:
            parts = self._checked(self.judge(data))
        except (KeyError, ValueError, IndexError, TypeError) as error:
            raise SpecError(
                f"the dataset of `{self.id}` cannot be judged ({type(error).__name__}: {error}): make it again with "
                f"`dynamicl reproduce {self.id}`"
            ) from error
        if scale == "smoke" and self.populations(self.setting(scale)):
            return tuple(dataclasses.replace(part, undecided=part.undecided or TOO_SHORT) for part in parts)
        return parts

    def _checked(self, parts: Any) -> tuple[Part, ...]:
        """Refuse what is no parts, and parts that the criterion does not ask for."""
        if not isinstance(parts, tuple) or not all(isinstance(part, Part) for part in parts):
            raise SpecError(f"`judge` of `{self.id}` gives {type(parts).__name__}: give a tuple of parts")
        asked = {(bar.name, bar.comparison, bar.value) for bar in self.criterion}
        for part in parts:
            if (part.name, part.comparison, part.threshold) not in asked:
                raise SpecError(
                    f"`judge` of `{self.id}` gives the part '{part.name} {part.comparison} {part.threshold:g}', which "
                    "its `criterion` does not ask for: name it there, and fix it before the first run"
                )
        return parts

    def verdict(self, data: xr.Dataset, scale: str, **circumstances: Any) -> Verdict:
        """Judge a dataset and write the verdict down.

        Args:
            data: what was measured.
            scale: of the runs.
            circumstances: further fields of `Verdict`: command, versions, machine, date, seconds.
        """
        row = ledger().get(self.id)
        words: dict[str, Any] = {"document": "dynamicl", "claim": self.finding}
        if row is not None:
            words = {name: getattr(row, name) for name in ("document", "figure", "claim", "paper")}
        why, outcome = why_unmeasured(data), outcome_of(self.parts(data, scale))
        if why:
            outcome["measured"] = NOTHING_MEASURED + why
        note = "" if why else self.note(data)
        return Verdict(id=self.id, scale=scale, note=note, **words, **outcome, **circumstances)


def experiments_on(
    setting: Callable[[str], Any], populations: Callable[[Any], Populations], sometimes: Collection[str] = ()
) -> Callable[..., Experiment]:
    """Return what makes a study's experiments on its populations.

    Args:
        setting: from a scale to the study's numbers.
        populations: all of them at a setting, each listed once and shared.
        sometimes: names of those that some scales have not; an experiment does without them there.

    Returns:
        `experiment(claim, needs, **functions)`: of a claim's id, the names of the populations that it reads, and
        measure, judge, criterion and what else `Experiment` takes.
    """

    def experiment(claim: str, needs: Sequence[str] = (), **functions: Any) -> Experiment:
        def listed(scale: Any) -> Populations:
            every = populations(scale)
            present = [name for name in needs if name in every or name not in sometimes]
            return needing(populations, present)(scale)

        return Experiment(claim, setting=setting, populations=listed, **functions)

    return experiment


@dataclass(frozen=True)
class Outcome:
    """What an experiment leaves.

    Attributes:
        verdict: on its claim.
        data: what was judged and is drawn, small enough to keep beside the code.
        runs: ids of the runs behind it, for the page.
        fates: see `Experiment`.
    """

    verdict: Verdict
    data: xr.Dataset
    runs: tuple[str, ...] = ()
    fates: Mapping[str, tuple[xr.Dataset, xr.Dataset]] = field(default_factory=dict)


def conduct(experiment: Experiment, lab: Lab) -> Outcome:
    """Train, measure and judge.

    The verdict's seconds are those since the call, or those that training its populations took when they were trained,
    whichever are more: runs found in the library cost something to whoever has none.

    Raises:
        SpecError: the study has no such scale.
    """
    began = time.monotonic()
    setting = experiment.setting(lab.scale)
    trajectories = lab.train_all(experiment.populations(setting))
    measured = experiment.measure(lab, setting, trajectories)
    if not isinstance(measured, xr.Dataset):
        raise SpecError(
            f"`measure` of `{experiment.id}` gives {type(measured).__name__}: give an `xarray.Dataset`"
        )
    data = as_kept(measured)
    runs = tuple(dict.fromkeys(run for one in trajectories.values() for run in one.runs))
    seconds = max(time.monotonic() - began, _training_seconds(lab.path, runs))
    verdict = experiment.verdict(data, lab.scale, seconds=round(seconds, 1), **_circumstances(lab))
    return Outcome(verdict, data, runs, experiment.fates(setting, trajectories))


def put_off(experiment: Experiment, lab: Lab, run_steps: int) -> Outcome:
    """Write down that an experiment's runs are not trained, and their price.

    Args:
        experiment: none of its claims is decided.
        lab: whose scale and command are written down.
        run_steps: that remain.
    """
    data = unmeasured(f"{run_steps:,} run-steps at scale `{lab.scale}` are not trained yet")
    return Outcome(experiment.verdict(data, lab.scale, seconds=0.0, **_circumstances(lab)), data)


def _circumstances(lab: Lab) -> dict[str, Any]:
    today = datetime.now(UTC).date().isoformat()
    return {"command": lab.command, "versions": versions(), "machine": machine(), "date": today}


def _training_seconds(library: Path, runs: Sequence[str]) -> float:
    """Add up the training time of the populations that some runs belong to, each counted once."""
    members = Library(library).trajectory(runs).members if runs else ()
    seconds = {store.path: store.attributes.get("seconds", 0.0) for store, _ in members}
    return float(sum(seconds.values()))
