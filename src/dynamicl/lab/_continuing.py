"""More steps for runs that were trained with fewer: they go on from their last state instead of beginning again.

A run is a pure function of its spec, and nothing in the first N updates depends on how many follow. So the shorter run
is copied, up to where it stands, into the store of the longer one, which then goes on as after a kill. The shorter one
stays as it is.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dynamicl.specs import from_json, to_json
from dynamicl.store import Library, Store, copy_runs, run_identity
from dynamicl.training import Cohort, Recording, RunSpec, plan, watched


@dataclass(frozen=True, eq=False)
class Longer:
    """A cohort that goes on from shorter runs of one store.

    Attributes:
        cohort: the longer runs.
        store: of the shorter ones.
        rows: their indices there, in the cohort's order.
        step: where all of them stand.
    """

    cohort: Cohort
    store: Store
    rows: tuple[int, ...]
    step: int

    @property
    def left(self) -> int:
        """Run-steps still to do."""
        return sum(run.steps - self.step for run in self.cohort.runs)


Place = tuple[Store, int, int]
"""Store, index there and step at which a run stands."""


def shorter_runs(
    missing: Sequence[RunSpec], recording: Recording, versions: Mapping[str, int], library: Library
) -> tuple[list[Longer], list[RunSpec]]:
    """Find runs that the library holds with fewer steps.

    Args:
        missing: runs that it does not hold.
        recording: what is kept of them: the shorter ones must have the same.
        versions: of the measures recorded.
        library: where to look.

    Returns:
        Cohorts that can go on, and the runs that have to begin.
    """
    if not missing:
        return [], []
    standing = _standing(recording, versions, library)
    begun: dict[tuple[Path, int], list[tuple[RunSpec, Place]]] = {}
    fresh = []
    for spec in missing:
        places = standing.get(_without_steps(spec.json, recording, versions), ())
        usable = [place for place in places if place[2] < spec.steps]
        if not usable:
            fresh.append(spec)
            continue
        furthest = max(usable, key=lambda place: place[2])
        begun.setdefault((furthest[0].path, furthest[2]), []).append((spec, furthest))
    longer = []
    for (_, step), members in begun.items():
        rows = {spec.json: row for spec, (_, row, _) in members}
        store = members[0][1][0]
        for cohort in plan([spec for spec, _ in members]):
            longer.append(Longer(cohort, store, tuple(rows[spec.json] for spec in cohort.runs), step))
    return longer, fresh


def lengthened(
    longer: Longer, recording: Recording, place: Path, ids: Sequence[str], about: Mapping[str, str]
) -> Path:
    """Make the store of longer runs, with all that the shorter ones have up to where they stand.

    What was recorded there only because the shorter runs ended is left out, so that the longer ones have the steps that
    they would have had. Of the record after it, `train_loss` and `gradient_norm` are means since the joint.

    Args:
        longer: what goes on.
        recording: of the runs.
        place: folder of the new store.
        ids: of the longer runs.
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
        place,
        header={
            **about,
            "runs": list(ids),
            "specs": [spec.json for spec in longer.cohort.runs],
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
        },
        until=step,
        without_end=ends,
        attributes={
            "done": done,
            "status": "running",
            "run_status": ["diverged" if at >= 0 else "running" for at in frozen],
            "diverged_at": frozen,
        },
    )


def _standing(recording: Recording, versions: Mapping[str, int], library: Library) -> dict[str, list[Place]]:
    """List where every run of a library stands, by its identity without its length."""
    standing: dict[str, list[Place]] = {}
    for store in library.stores():
        recorded = store.header.get("recording"), store.header.get("probes", {})
        if (
            recorded != (to_json(recording), dict(versions))
            or store.step < 0
            or "done" not in store.attributes
        ):
            continue
        for row, text in enumerate(store.specs):
            spec = from_json(text)
            step = min(store.step, spec.steps)
            if step > (spec.start.step if spec.start.how == "fork" else 0):
                name = _without_steps(text, recording, versions)
                standing.setdefault(name, []).append((store, row, step))
    return standing


def _without_steps(spec: str, recording: Recording, versions: Mapping[str, int]) -> str:
    """Name a run whatever its length."""
    described: dict[str, Any] = json.loads(spec)
    described["steps"] = 0
    text = json.dumps(described, sort_keys=True, separators=(",", ":"))
    return run_identity(text, to_json(recording), versions)


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


def _due(schedule: Any, steps: Sequence[int], curve: Sequence[tuple[int, float]]) -> set[int]:
    """Return the first of some steps, and what the schedule asks for after the last but one."""
    if len(steps) == 1:
        return {steps[0]}
    return {schedule.following(steps[-2], [point for point in curve if point[0] <= steps[-2]])}
