"""Train a population into a library: what was trained once is never trained again.

Every commit holds the records since the last one and the whole state, so that a kill at any moment loses at most the
chunk in flight, and the same call goes on where it stopped, with the same bits.
"""

import signal
import warnings
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jax

from dynamicl.probes import probes
from dynamicl.specs import Known, to_json
from dynamicl.store import Library, Store, Trajectory, cohort_name
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
    check_what_could_miss,
    jax_settings,
    network_of,
    plan,
    train,
    watched,
)

from ._commits import Commits
from ._continuing import lengthened, shorter_runs
from ._disk import check_disk
from ._examples import examples
from ._failures import failures_marked, forget_failure
from ._interrupts import Interrupted, held_back
from ._machine import machine, versions
from ._memory import check_work, largest_population, memory_bound
from ._pace import Listener, Pace, nobody
from ._planning import Names, ToDo, left_to_do, measure_versions, resolved_runs, what_is_meant
from ._resuming import resumed
from ._starts import OtherGround, changes_since, check_generator, lend, started
from ._trackers import Tracker, untracked
from .places import HERE, Home, Place


def cost(
    runs: Sequence[RunSpec], recording: Recording, path: str | Path, place: Place = HERE
) -> dict[str, Any]:
    """Say what a population will cost before it is trained.

    Args:
        runs: the population.
        recording: what is kept of every run.
        path: folder of the library.
        place: where it will be trained.

    Returns:
        `runs`, `cached` (already in the library), `cohorts` still to train (the tasks of a place with several workers)
        and `run_steps` still to do.
    """
    known, library = Known(), Library(path)
    runs, recording = what_is_meant(runs, recording)
    todo = left_to_do(resolved_runs(runs, known), recording, library, known)
    waiting = len(todo.missing) + sum(len(store.runs) for store in todo.resume)
    longer = shorter_runs(todo.missing, recording, library)
    for part in longer:
        todo.left -= part.done
        todo.missing = {name: spec for name, spec in todo.missing.items() if name not in part.names}
    begun = len(todo.resume) + len(longer)
    return {
        "runs": len(runs),
        "cached": max(0, len(todo.names) - waiting),
        "cohorts": place.count(todo, Home(library, recording, known=known)) + begun,
        "run_steps": todo.left,
    }


def check_models(runs: Sequence[RunSpec], recording: Recording) -> None:
    """Check what runs name in their models (sites, heads, parts), as training them does; `cost` plans by spec alone.

    Args:
        runs: the population.
        recording: what is kept of every run.

    Raises:
        SpecError: a run that cannot be trained.
    """
    known = Known()
    runs, recording = what_is_meant(runs, recording)
    standard = Watch(recording.sequences, probes(recording.measures))
    watched = [standard, *_own_watches(recording).values()]
    for cohort in plan(resolved_runs(runs, known), known):
        check_what_could_miss(cohort, network_of(cohort.runs[0]), watched)


def train_population(
    runs: Sequence[RunSpec],
    recording: Recording,
    path: str | Path,
    *,
    title: str = "",
    command: str = "",
    listener: Listener = nobody,
    place: Place = HERE,
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
        place: where it is trained: in this process, or by a cluster's machines.
        tracker: told what is recorded in this process, run by run (`tensorboard`, `wandb`, `trackio`, any function).

    Returns:
        The runs in the order asked for.

    Raises:
        SpecError: a run that cannot be trained; nothing was written.
        StoreError: the disk refuses; what was committed stays.
        Interrupted: Ctrl-C; the message says how to go on.
        GivenUp: a place tried a part of the population several times in vain; the rest is trained.
    """
    runs, recording = what_is_meant(runs, recording)
    known = Known()
    library = Library(path)
    specs = resolved_runs(runs, known)
    todo = left_to_do(specs, recording, library, known)
    longer = shorter_runs(todo.missing, recording, library)
    for part in longer:
        lengthened(part, recording, library, {"title": title, "command": command})
    if longer:
        todo = left_to_do(specs, recording, library, known)
    if todo.missing or todo.resume:
        place.train(todo, Home(library, recording, title, command, listener, known, tracker))
    return Library(path).trajectory(todo.names)


def train_here(todo: ToDo, home: Home) -> None:
    """Train in this process, cohort by cohort, over all of its devices."""
    cohorts = fitting_cohorts(list(todo.missing.values()), home.recording, home.known)
    pace = Pace(len(todo.resume) + len(cohorts), todo.steps, todo.left, home.listener, home.tracker)
    for store in todo.resume:
        _go_on(store.path, home.recording, pace)
    for cohort in cohorts:
        _begin(cohort, home, pace)


def fitting_cohorts(runs: Sequence[RunSpec], recording: Recording, known: Known) -> list[Cohort]:
    """Cut runs into cohorts that fit into this machine's memory."""
    cohorts = plan(runs, known) if runs else []
    return [part for cohort in cohorts for part in _fitting(cohort, recording)]


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


def program_of(cohort: Cohort, recording: Recording) -> Program:
    """Return the program of a cohort with all that is recorded of it."""
    own = _own_watches(recording)
    return Program(cohort, probes(recording.measures), recording.sequences, watched=own)


def _own_watches(recording: Recording) -> dict[str, Watch]:
    """Return how the evaluators are looked at that the recording names."""
    return {
        evaluator.name: Watch(recording.sequences_of(evaluator.name), probes(evaluator.measures))
        for evaluator in recording.evaluators
    }


def _begin(cohort: Cohort, home: Home, pace: Pace) -> None:
    """Start a cohort: a new store, every run where its spec says."""
    recording, library = home.recording, home.library
    program = lend(program_of(cohort, recording), library)
    names = Names(recording, home.known)
    ids = [names.of(spec) for spec in cohort.runs]
    state, start = started(program, program.initialise(), library)
    check_disk(program, recording, start, library.root)
    _report_inert(program, state, ids)
    header = {
        "title": home.title,
        "command": home.command,
        "runs": ids,
        "specs": [spec.json for spec in cohort.runs],
        "recording": to_json(recording),
        "probes": measure_versions(recording),
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
    commits = Commits(program, recording, store, done)
    pace.cohort_begins(program.cohort, start)
    step = start
    events = train(program, state, recording, start, done, pace.longest)
    try:
        with held_back() as ready:
            for event, state in events:
                step = event.step
                if isinstance(event, Records):
                    commits.keep(event)
                    pace.recorded(program, event, store.runs)
                    pace.loss = watched(event.values["train_loss"])
                if isinstance(event, Checkpoint):
                    commits.write(state, step, event)
                elif commits.due:
                    commits.write(state, step)
                pace.reached(step)
                ready()
    except KeyboardInterrupt as stopped:
        # A second Ctrl-C strikes anywhere.
        commits.write_last(state, step)
        interrupted = Interrupted(
            f"stopped at step {max(store.step, 0)} of {program.cohort.longest}; everything up to there is kept: "
            "give the same command again to go on"
        )
        interrupted.number = getattr(stopped, "number", signal.SIGINT)
        raise interrupted from None
    if store.attributes.get("status") != "finished":
        commits.write(state, step)
    store.compact()
