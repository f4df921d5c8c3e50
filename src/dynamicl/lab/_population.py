"""Train a population into a library: what was trained once is never trained again.

Every commit holds the records since the last one and the whole state, so that a kill at any moment loses at most the
chunk in flight, and the same call goes on where it stopped, with the same bits.
"""

import signal
import time
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jax
import numpy as np

from dynamicl.probes import probes
from dynamicl.specs import check, plain, resolved, to_json, validate
from dynamicl.store import Library, Store, Trajectory, cohort_name, run_identity
from dynamicl.training import (
    Checkpoint,
    Cohort,
    Done,
    Program,
    Recording,
    Records,
    RunSpec,
    RunState,
    Watch,
    jax_settings,
    pack,
    plan,
    resolve,
    train,
    watched,
)

from ._contents import refuse_other_content
from ._continuing import Longer, lengthened, shorter_runs
from ._disk import check_disk
from ._examples import examples
from ._failures import failures_marked, forget_failure
from ._interrupts import held_back
from ._machine import machine, versions
from ._memory import check_work, largest_population, memory_bound
from ._pace import Listener, Pace, nobody
from ._records import to_dataset, to_extras
from ._resuming import resumed
from ._starts import OtherGround, changes_since, check_generator, lend, started
from ._trackers import Tracker, untracked

COMMIT_SECONDS = 10.0


class Interrupted(KeyboardInterrupt):
    """Training was stopped by a signal; what was done is committed. The message says how to go on.

    Attributes:
        number: of the signal: Ctrl-C's by default.
    """

    number: int = signal.SIGINT


def run_id(spec: RunSpec, recording: Recording) -> str:
    """Name a run as it is kept: 32 digits, of its spec, of what it reads, and of what is recorded of it and how.

    Attributes of the library, not of the run: another recording of the same run is the same run trained again.

    Raises:
        SpecError: a file that it reads is missing, or holds other content than the spec was made with.
    """
    return run_identity(to_json(resolved(spec)), to_json(recording), _versions(recording))


def _versions(recording: Recording) -> dict[str, int]:
    """Return the version of every measure that is recorded."""
    return {probe.name: probe.version for probe in probes(recording.measures)}


@dataclass
class _Plan:
    """What is left to train."""

    resume: list[Store] = field(default_factory=list)
    longer: list[Longer] = field(default_factory=list)
    fresh: list[Cohort] = field(default_factory=list)


def cost(runs: Sequence[RunSpec], recording: Recording, path: str | Path) -> dict[str, Any]:
    """Say what a population will cost before it is trained.

    Returns:
        `runs`, `cached` (already in the library), `cohorts` still to train and `run_steps` still to do.
    """
    runs, recording = _meant(runs, recording)
    todo = _plan(runs, recording, Library(path))
    fresh = sum(run.steps - run.start.step * (run.start.how == "fork") for c in todo.fresh for run in c.runs)
    waiting = sum(c.size for c in todo.fresh) + sum(len(store.runs) for store in todo.resume)
    waiting += sum(longer.cohort.size for longer in todo.longer)
    return {
        "runs": len(runs),
        "cached": len(set(runs)) - waiting if waiting <= len(set(runs)) else 0,
        "cohorts": len(todo.fresh) + len(todo.longer) + len(todo.resume),
        "run_steps": fresh + _left_of(todo),
    }


def _meant(runs: Any, recording: Any) -> tuple[list[RunSpec], Recording]:
    """Check what a population is made of, and fill in what specs leave to the files that they name.

    Raises:
        SpecError: runs that are no list of specs, or something else where the recording stands.
    """
    check(not isinstance(runs, RunSpec), "`runs` is one `RunSpec`: give a list of them, `[spec]`")
    several = isinstance(runs, Iterable) and not isinstance(runs, str | bytes)
    check(several, f"`runs` is {type(runs).__name__}: give a list of `RunSpec`s")
    runs = list(runs)
    for run in runs:
        check(isinstance(run, RunSpec), f"`runs` holds {type(run).__name__}: give a list of `RunSpec`s")
    check(
        isinstance(recording, Recording),
        f"`recording` is {type(recording).__name__}: give a `Recording`, e.g. `Recording(Every(20))`, before the path",
    )
    recording = plain(recording)
    validate(recording)
    return [resolved(resolve(run)) for run in runs], recording


def _left_of(todo: _Plan) -> int:
    """Count the run-steps still to do in what was begun."""
    return sum(_left(store) for store in todo.resume) + sum(longer.left for longer in todo.longer)


def train_population(
    runs: Sequence[RunSpec],
    recording: Recording,
    path: str | Path,
    *,
    title: str = "",
    command: str = "",
    listener: Listener = nobody,
    tracker: Tracker = untracked,
) -> Trajectory:
    """Train what is not yet trained, and return all of it.

    A run that the library holds with fewer steps goes on from its last state.

    Args:
        runs: the population.
        recording: what is kept of every run.
        path: folder of the library; made where there is none.
        title: of new cohorts, for people.
        command: the command that reproduces them.
        listener: told how far it is, every second or two.
        tracker: told what is recorded, run by run (`tensorboard`, `wandb`, `trackio`, or any function).

    Returns:
        The runs in the order asked for.

    Raises:
        SpecError: a run that cannot be trained; nothing was written.
        StoreError: the disk refuses; what was committed stays.
        Interrupted: Ctrl-C; the message says how to go on.
    """
    runs, recording = _meant(runs, recording)
    library = Library(path)
    todo = _plan(runs, recording, library)
    left = sum(c.longest * c.size for c in todo.fresh) + _left_of(todo)
    cohorts = len(todo.resume) + len(todo.longer) + len(todo.fresh)
    pace = Pace(cohorts, sum(run.steps for run in set(runs)), left, listener, tracker)
    for store in todo.resume:
        _go_on(store.path, recording, pace)
    about = {"title": title, "command": command}
    for longer in todo.longer:
        ids = [run_id(spec, recording) for spec in longer.cohort.runs]
        _go_on(lengthened(longer, recording, library.place(cohort_name(ids)), ids, about), recording, pace)
    for cohort in todo.fresh:
        _begin(cohort, recording, library, about, pace)
    return Library(path).trajectory([run_id(spec, recording) for spec in dict.fromkeys(runs)])


def _plan(runs: Sequence[RunSpec], recording: Recording, library: Library) -> _Plan:
    todo, missing, stores = _Plan(), [], {}
    for cohort in plan(runs):
        for spec in cohort.runs:
            found = library.find(run_id(spec, recording))
            if found is None:
                refuse_other_content(spec, recording, library)
                missing.append(spec)
            elif found[0].attributes.get("status") != "finished":
                stores[found[0].path] = found[0]
    todo.resume = list(stores.values())
    todo.longer, missing = shorter_runs(missing, recording, _versions(recording), library)
    todo.fresh = [
        part for cohort in (plan(missing) if missing else []) for part in _fitting(cohort, recording)
    ]
    return todo


def _fitting(cohort: Cohort, recording: Recording) -> list[Cohort]:
    """Cut a cohort into parts that fit into memory together with their copies for the store."""
    most = largest_population(cohort.runs[0])
    # A processor's cores take their runs one after the other; an accelerator advances all together.
    abreast = jax.device_count() if jax.devices()[0].platform == "cpu" else most
    check_work(cohort.runs[0], recording.sequences, min(cohort.size, most, abreast))
    if cohort.size <= most:
        return [cohort]
    parts = (cohort.runs[i : i + most] for i in range(0, cohort.size, most))
    return [part for runs in parts for part in plan(runs)]


def _left(store: Store) -> int:
    from dynamicl.specs import from_json

    return sum(max(0, from_json(text).steps - store.step) for text in store.specs)


def program_of(cohort: Cohort, recording: Recording) -> Program:
    """Return the program of a cohort with all that is recorded of it."""
    own = {
        evaluator.name: Watch(evaluator.sequences or recording.sequences, probes(evaluator.measures))
        for evaluator in recording.evaluators
    }
    return Program(cohort, probes(recording.measures), recording.sequences, watched=own)


def _begin(cohort: Cohort, recording: Recording, library: Library, about: dict[str, str], pace: Pace) -> None:
    """Start a cohort: a new store, every run where its spec says."""
    program = lend(program_of(cohort, recording), library)
    ids = [run_id(spec, recording) for spec in cohort.runs]
    state, start = started(program, program.initialise(), library)
    check_disk(program, recording, start, library.root)
    _report_inert(program, state, ids)
    header = {
        **about,
        "runs": ids,
        "specs": [spec.json for spec in cohort.runs],
        "recording": to_json(recording),
        "probes": _versions(recording),
        "versions": versions(),
        "settings": jax_settings(),
        "memory_bound": memory_bound(),
        "machine": machine(),
        "layout": program.layout,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "batch": cohort.static.batch_size,
        "examples": examples(program),
    }
    with Store.create(library.place(cohort_name(ids)), header) as store, failures_marked(store):
        _train(program, state, start, Done(), recording, store, pace)


class InertClamp(UserWarning):
    """A run's clamps changed nothing on its first batch, though they were meant to."""


def _report_inert(program: Program, state: RunState, ids: Sequence[str]) -> None:
    if not program.cohort.static.clamps:
        return
    effects = program.clamp_effects(state)
    for spec, run, effect in zip(program.cohort.runs, ids, effects, strict=True):
        # Strength 0 throughout says so itself: the control arm that shares the others' program.
        if effect == 0 and any(clamp.strength for clamp in spec.clamps):
            warnings.warn(
                f"the clamps of run {run} changed nothing on its first batch: check positions, strength and value",
                InertClamp,
                stacklevel=4,
            )


def _go_on(path: Path, recording: Recording, pace: Pace) -> None:
    """Go on exactly where a store stopped."""
    from dynamicl.specs import from_json

    with Store.open(path, write=True) as store, failures_marked(store):
        forget_failure(store)
        (cohort,) = plan([from_json(text) for text in store.specs])
        program = program_of(cohort, recording)
        lend(program, Library(path.parent))
        shapes = jax.eval_shape(program.initialise)
        host = jax.tree.map(lambda s: jax.ShapeDtypeStruct((cohort.size, *s.shape[1:]), s.dtype), shapes)
        if store.step < 0:
            state, start, done = *started(program, program.initialise(), Library(path.parent)), Done()
        else:
            check_generator(store)
            changes = changes_since(store, program.layout)
            if changes:
                warnings.warn(
                    f"the runs in {path} were trained up to step {store.step} with {changes}: they go on, but not with "
                    "the bits that they would have had; delete the folder to train them anew",
                    OtherGround,
                    stacklevel=4,
                )
            found = resumed(store, host, cohort.runs)
            if found is None:
                state, start, done = *started(program, program.initialise(), Library(path.parent)), Done()
            else:
                state, start, done = program.place(found[0]), *found[1:]
        _train(program, state, start, done, recording, store, pace)


def _train(
    program: Program,
    state: RunState,
    start: int,
    done: Done,
    recording: Recording,
    store: Store,
    pace: Pace,
) -> None:
    """Train a cohort to its end, committing as it goes."""
    waiting: list[Records] = []
    diverged = list(store.attributes.get("diverged_at", [-1] * program.cohort.size))
    spent, began = float(store.attributes.get("seconds", 0.0)), time.monotonic()
    committed = began
    pace.cohort_begins(program.cohort, start)

    def commit(step: int, checkpoint: Checkpoint | None = None) -> None:
        alive, reached = np.asarray(program.real(state.alive)), np.asarray(program.real(state.step))
        for i in np.flatnonzero(~alive):
            diverged[i] = int(reached[i])
        finished = step >= program.cohort.longest and done.evaluate >= step and done.checkpoint >= step
        ends = [step >= run.steps for run in program.cohort.runs]
        ids = list(store.runs)
        store.commit(
            step,
            records=to_dataset(program, waiting, ids) if waiting else None,
            checkpoint=_weights(program, state, recording) if checkpoint else None,
            extras=to_extras(program, checkpoint, ids) if checkpoint else None,
            state=pack(program.real(state)),
            attributes={
                "done": {"evaluate": done.evaluate, "checkpoint": done.checkpoint},
                "status": "finished" if finished else "running",
                "run_status": [
                    "diverged" if not a else "finished" if e and finished else "running"
                    for a, e in zip(alive, ends, strict=True)
                ],
                "diverged_at": diverged,
                "seconds": spent + time.monotonic() - began,
            },
        )
        waiting.clear()

    step = start
    events = train(program, state, recording, start, done, pace.longest)
    try:
        with held_back() as ready:
            for event, state in events:  # noqa: B007 - commit reads it
                step = event.step
                if isinstance(event, Records):
                    waiting.append(event)
                    pace.recorded(program, event, store.runs)
                    pace.loss = watched(event.values["train_loss"])
                if isinstance(event, Checkpoint):
                    commit(step, event)
                    committed = time.monotonic()
                elif time.monotonic() - committed > COMMIT_SECONDS:
                    commit(step)
                    committed = time.monotonic()
                pace.reached(step)
                ready()
    except KeyboardInterrupt as stopped:
        # A second Ctrl-C strikes anywhere: where the state is gone, the last commit is what there is.
        if not any(leaf.is_deleted() for leaf in jax.tree.leaves(state)):
            commit(step)
        interrupted = Interrupted(
            f"stopped at step {max(store.step, 0)} of {program.cohort.longest}; everything up to there is kept: "
            "give the same command again to go on"
        )
        interrupted.number = getattr(stopped, "number", signal.SIGINT)
        raise interrupted from None
    if store.attributes.get("status") != "finished":
        commit(step)
    store.compact()


def _weights(program: Program, state: RunState, recording: Recording) -> dict[str, np.ndarray]:
    arrays = pack(program.real(state.weights))
    if recording.optimizer_state:
        arrays |= {f"optimizer/{name}": value for name, value in pack(program.real(state.optimizer)).items()}
    return arrays
