"""What is left to train of a population, found by spec alone: nothing is compiled and no device is asked."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from dynamicl.probes import probes
from dynamicl.specs import Known, check, from_json, plain, resolved, to_json, validate
from dynamicl.store import Library, Store, run_identity
from dynamicl.training import Recording, RunSpec, resolve

from ._contents import KeptContents


def run_id(spec: RunSpec, recording: Recording) -> str:
    """Name a run as it is kept: 32 digits, of its spec, of what it reads, and of what is recorded of it and how.

    Attributes of the library, not of the run: another recording of the same run is the same run trained again.

    Raises:
        SpecError: a file that it reads is missing, or holds other content than the spec was made with.
    """
    return Names(recording).of(resolved(spec))


def measure_versions(recording: Recording) -> dict[str, int]:
    """Return the version of every measure that is recorded, those of single evaluators among them."""
    own = [name for evaluator in recording.evaluators for name in evaluator.measures]
    names = tuple(dict.fromkeys((*recording.measures, *own)))
    return {probe.name: probe.version for probe in probes(names)}


class Names:
    """The names of many runs of one recording.

    Attributes:
        recording: of all of them, as canonical JSON.
        known: what was worked out for the parts that they share.
    """

    def __init__(self, recording: Recording, known: Known | None = None):
        """Begin with no run.

        Args:
            recording: of all of them.
            known: of parts that were seen before.
        """
        self.recording = to_json(recording)
        self.known = known or Known()
        self._versions = measure_versions(recording)

    def of(self, spec: RunSpec) -> str:
        """Return the name of a run, which is resolved."""
        return self.of_text(to_json(spec, self.known))

    def of_text(self, text: str) -> str:
        """Return the name of the run that canonical JSON describes."""
        return run_identity(text, self.recording, self._versions)


def resolved_runs(runs: Sequence[RunSpec], known: Known) -> list[RunSpec]:
    """Check runs and fill in what they leave to the files that they read.

    Raises:
        SpecError: a run that cannot be trained.
    """
    return [resolved(resolve(run, known), known) for run in runs]


def what_is_meant(runs: Any, recording: Any) -> tuple[list[RunSpec], Recording]:
    """Check what a population is made of.

    Args:
        runs: many specs.
        recording: what is kept of them.

    Returns:
        The runs as a list, and the recording with NumPy's numbers, lists and paths turned into plain values.

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
    return runs, recording


@dataclass
class ToDo:
    """What is left to train.

    Attributes:
        names: of all runs asked for, each once, in their order.
        resume: stores that stopped before their end.
        missing: runs that no store holds, by name.
        steps: run-steps of all runs asked for.
        left: run-steps still to do.
    """

    names: list[str] = field(default_factory=list)
    resume: list[Store] = field(default_factory=list)
    missing: dict[str, RunSpec] = field(default_factory=dict)
    steps: int = 0
    left: int = 0


def left_to_do(runs: Sequence[RunSpec], recording: Recording, library: Library, known: Known) -> ToDo:
    """Compare a population with what a library holds.

    Args:
        runs: resolved; equal ones are trained once.
        recording: what is kept of them.
        library: where they go.
        known: parts that the runs share.

    Raises:
        SpecError: there are no runs; one reads other content than that of the same description in the library.
    """
    check(bool(runs), "the population has no runs: give at least one spec")
    todo, stores = ToDo(), {}
    names = Names(recording, known)
    kept = KeptContents(library, names.recording)
    specs = {names.of(spec): spec for spec in dict.fromkeys(runs)}
    members = library.members(specs)
    todo.names = list(specs)
    for name, spec in specs.items():
        todo.steps += spec.steps
        if name not in members:
            kept.refuse_others(to_json(spec, known))
            todo.missing[name] = spec
            todo.left += spec.steps - spec.begins
        elif not _is_done(members[name]):
            stores[members[name][0].path] = members[name][0]
    todo.resume = list(stores.values())
    todo.left += sum(steps_left(store) for store in todo.resume)
    return todo


def _is_done(member: tuple[Store, int]) -> bool:
    """Tell whether nothing is left to train of a run, whatever is of the others in its store."""
    store, row = member
    states = store.attributes.get("run_status", [""] * len(store.runs))
    return store.attributes.get("status") == "finished" or states[row] == "finished"


def steps_left(store: Store) -> int:
    """Count the run-steps that a store has still to do."""
    return sum(max(0, from_json(text).steps - store.step) for text in store.specs)
