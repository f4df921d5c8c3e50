"""More steps for runs that were trained with fewer: they go on from their last state instead of beginning again.

A run is a pure function of its spec, and nothing in the first N updates depends on how many follow. So the shorter run
is copied, up to where it stands, into the store of the longer one, which then goes on as after a kill. The shorter one
stays as it is.
"""

import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from dynamicl.probes import probes
from dynamicl.specs import to_json
from dynamicl.store import Library, Store, cohort_name, copy_runs, run_identity
from dynamicl.training import Cohort, Recording, RunSpec, plan, recorded_names, watched

from ._planning import measure_versions

MOST_STORES = 1000
"""Stores that are searched for shorter runs; in larger libraries longer runs begin again."""
STEPS = re.compile(r'"steps":(\d+),"task":')
"""Where the canonical JSON of a run says how long it is."""


@dataclass(frozen=True, eq=False)
class Longer:
    """A cohort that goes on from shorter runs of one store.

    Attributes:
        names: of the longer runs, in the cohort's order.
        cohort: the longer runs.
        store: of the shorter ones.
        rows: their indices there.
        step: where all of them stand.
    """

    names: tuple[str, ...]
    cohort: Cohort
    store: Store
    rows: tuple[int, ...]
    step: int

    @property
    def done(self) -> int:
        """Run-steps that need not be done again."""
        return sum(self.step - run.begins for run in self.cohort.runs)


Place = tuple[Store, int, int]
"""Store, index there and step at which a run stands."""


def shorter_runs(missing: Mapping[str, RunSpec], recording: Recording, library: Library) -> list[Longer]:
    """Find runs that the library holds with fewer steps.

    Args:
        missing: runs that it does not hold, by name.
        recording: what is kept of them: the shorter ones must have the same.
        library: where to look.

    Returns:
        Cohorts that can go on.
    """
    stores = library.stores() if missing else ()
    if not 0 < len(stores) <= MOST_STORES:
        return []
    standing = _standing(recording, stores)
    begun: dict[tuple[Path, int], dict[str, Place]] = {}
    for name, spec in missing.items():
        places = standing.get(_without_steps(spec.json), ())
        usable = [place for place in places if spec.begins < place[2] < spec.steps]
        if usable:
            store, row, step = max(usable, key=lambda place: place[2])
            begun.setdefault((store.path, step), {})[name] = (store, row, step)
    longer = []
    for (_, step), members in begun.items():
        names = {missing[name]: name for name in members}
        for cohort in plan(list(names)):
            own = tuple(names[spec] for spec in cohort.runs)
            rows = tuple(members[name][1] for name in own)
            longer.append(Longer(own, cohort, members[own[0]][0], rows, step))
    return longer


def lengthened(longer: Longer, recording: Recording, library: Library, about: Mapping[str, str]) -> Path:
    """Make the store of longer runs, with all that the shorter ones have up to where they stand.

    What was recorded there only because the shorter runs ended is left out, so that the longer ones have the steps that
    they would have had. Of the record after it, `train_loss` and `gradient_norm` are means since the joint.

    Args:
        longer: what goes on.
        recording: of the runs.
        library: that takes the new store up.
        about: title and command.

    Returns:
        The folder.

    Raises:
        StoreError: a piece of the shorter runs' store is damaged, or the disk refuses.
    """
    store, step = longer.store, longer.step
    done, ends = _scheduled(store, recording, step)
    frozen = [store.attributes.get("diverged_at", [-1] * len(store.runs))[row] for row in longer.rows]
    return copy_runs(
        store,
        longer.rows,
        library.place(cohort_name(longer.names)),
        header={
            **about,
            "runs": list(longer.names),
            "specs": [spec.json for spec in longer.cohort.runs],
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
        },
        until=step,
        without_end=ends,
        blanked=functools.partial(_without_forced, recording=recording, step=step),
        attributes={
            "done": done,
            "status": "running",
            "run_status": ["diverged" if at >= 0 else "running" for at in frozen],
            "diverged_at": frozen,
        },
    )


def _standing(recording: Recording, stores: Sequence[Store]) -> dict[str, list[Place]]:
    """List where every run of some stores stands, by its description without its length."""
    standing: dict[str, list[Place]] = {}
    wanted = to_json(recording), measure_versions(recording)
    for store in stores:
        recorded = store.header.get("recording"), store.header.get("probes", {})
        if recorded != wanted or store.step < 0 or "done" not in store.attributes:
            continue
        for row, text in enumerate(store.specs):
            length = STEPS.search(text)
            if length is not None:
                place = (store, row, min(store.step, int(length[1])))
                standing.setdefault(_without_steps(text), []).append(place)
    return standing


def _without_steps(spec: str) -> str:
    """Describe a run whatever its length, and wherever the files lie that it reads."""
    return run_identity(STEPS.sub('"steps":0,"task":', spec), "")


def _scheduled(store: Store, recording: Recording, step: int) -> tuple[dict[str, int], list[str]]:
    """Say up to where records and checkpoints follow the recording, and which of the two only end at `step`."""
    records = store.records()
    evaluated = [at for at in records["step"].values.tolist() if at <= step]
    curve = [(at, watched(records["train_loss"].sel(step=at).values)) for at in evaluated]
    kept = [at for at in store.checkpoints if at <= step]
    ends = []
    if evaluated[-1] == step and step not in _due(recording.evaluate, evaluated, curve):
        evaluated.pop()
        ends.append("records")
    if kept[-1] == step and step not in _due(recording.checkpoint, kept, curve):
        kept.pop()
        ends.append("checkpoint")
    return {"evaluate": evaluated[-1], "checkpoint": kept[-1]}, ends


def _without_forced(records: xr.Dataset, recording: Recording, step: int) -> xr.Dataset:
    """Blank, at the joint, evaluators that were recorded there only because the shorter runs ended."""
    before = [at for at in records["step"].values.tolist() if at < step]
    if not before or step not in records["step"].values:
        return records
    forced = [own for own in recording.evaluators if not own.is_due(before[-1], step)]
    blanked = records.copy(deep=True)
    for evaluator in forced:
        for name in blanked.data_vars:
            if "evaluator" in blanked[name].dims and evaluator.name in blanked["evaluator"].values:
                blanked[name].loc[{"step": step, "evaluator": evaluator.name}] = np.nan
        for name in recorded_names(probes(evaluator.measures), evaluator.name):
            if name in blanked:
                blanked[name].loc[{"step": step}] = np.nan
    return blanked


def _due(schedule: Any, steps: Sequence[int], curve: Sequence[tuple[int, float]]) -> set[int]:
    """Return the first of some steps, and what the schedule asks for after the last but one."""
    if len(steps) == 1:
        return {steps[0]}
    return {schedule.following(steps[-2], [point for point in curve if point[0] <= steps[-2]])}
