"""Libraries put together by what their runs are: equal runs once, the one trained further; contradictions refused."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dynamicl.files import make_folder, user_path
from dynamicl.specs import check
from dynamicl.store import (
    Library,
    Note,
    Store,
    StoreError,
    changed_note,
    cohort_name,
    copy_store,
    library_of,
    read_notes,
    write_notes,
)

SINCE_LAST = ("train_loss", "gradient_norm")
"""Records that add up since the record before: they depend on the other runs' lengths, and are not compared."""

Member = tuple[Store, int]


@dataclass(frozen=True)
class Merged:
    """What became of a merge: names of stores.

    Attributes:
        added: stores that were not there.
        advanced: stores that were there, and are now as far as the furthest of the libraries.
        unchanged: stores that were there already, as far or further.
    """

    added: tuple[str, ...]
    advanced: tuple[str, ...]
    unchanged: tuple[str, ...]


def merge(libraries: Sequence[str | Path], into: str | Path) -> Merged:
    """Put libraries together in one, by content: a run that several hold is kept as it was trained furthest.

    Everything is compared before anything is written. A run has one id wherever it was trained, so two that share it
    must agree bit for bit in the steps and checkpoints that both have; where they do not (another kind of device,
    say), nothing is merged. Whoever is training into any of them meanwhile is not disturbed: what was committed counts.

    Args:
        libraries: folders of libraries or stores, or of results with a library in them.
        into: folder of the library that takes them up; made where there is none, and one of its own runs counts too.

    Returns:
        What was added, advanced and left.

    Raises:
        StoreError: a library holds no runs, or a store that cannot be read; a store to be replaced is being written;
            two runs contradict each other; the disk refuses. In every case but the last nothing was written.
        SpecError: no library is given.

    Example:
        merge(["node1/library", "node2/library"], "runs/library")
    """
    check(not isinstance(libraries, str | Path), f"`libraries` is {libraries!r}: give a list of folders")
    check(bool(libraries), "`libraries` is empty: give at least one folder to take runs from")
    target = user_path(into)
    furthest = {store.runs: store for store in _stores(target)} if target.is_dir() else {}
    before = dict(furthest)
    members: dict[str, list[Member]] = {}
    _take_members(furthest.values(), members)
    for folder in libraries:
        for store in _required(folder):
            _refuse_contradictions(store, members)
            _take_members([store], members)
            known = furthest.get(store.runs)
            if known is None or _progress(store) > _progress(known):
                furthest[store.runs] = store
    make_folder(target)
    added: list[str] = []
    advanced: list[str] = []
    unchanged: list[str] = []
    for runs, store in furthest.items():
        there = before.get(runs)
        if there is store:
            unchanged.append(store.path.name)
            continue
        place = Library(target).place(cohort_name(runs)) if there is None else there.path
        copy_store(store, place)
        (added if there is None else advanced).append(place.name)
    _merge_notes(libraries, target)
    return Merged(tuple(added), tuple(advanced), tuple(unchanged))


def _merge_notes(libraries: Sequence[str | Path], target: Path) -> None:
    """Put tags together; of two texts about one run the library's own stays."""
    notes = read_notes(target)
    before = dict(notes)
    for folder in libraries:
        for run, note in read_notes(library_of(folder)).items():
            own = notes.get(run, Note())
            notes[run] = changed_note(own, add=note.tags, text=own.text or note.text)
    if notes != before:
        write_notes(target, notes)


def _stores(folder: Path) -> tuple[Store, ...]:
    """List a library's stores, all of which must be readable."""
    library = Library(folder)
    stores = library.stores()
    for problem in library.problems.values():
        raise StoreError(problem)
    return stores


def _required(folder: str | Path) -> tuple[Store, ...]:
    place = library_of(folder)
    if (place / "index.json").exists():
        return (Store.open(place),)
    stores = _stores(place)
    if not stores:
        raise StoreError(f"{place} holds no runs to merge: give the folder of a library")
    return stores


def _progress(store: Store) -> tuple[int, bool]:
    return store.step, store.attributes.get("status") == "finished"


def _take_members(stores: Iterable[Store], members: dict[str, list[Member]]) -> None:
    for store in stores:
        for row, run in enumerate(store.runs):
            members.setdefault(run, []).append((store, row))


def _refuse_contradictions(store: Store, members: dict[str, list[Member]]) -> None:
    for row, run in enumerate(store.runs):
        for other, place in members.get(run, ()):
            different = _difference((store, row), (other, place))
            if different:
                raise StoreError(
                    f"run {run} of {store.path} and of {other.path} differ in {different}: they were not trained with "
                    "the same versions on the same kind of device; merge one of them, and delete the other's folder"
                )


def _difference(mine: Member, theirs: Member) -> str:
    """Say in what two trainings of one run differ, as far as both went; "" where they agree bit for bit."""
    (store, row), (other, place) = mine, theirs
    for step in sorted({*store.checkpoints_of(row)} & {*other.checkpoints_of(place)}):
        weights, others = store.checkpoint(step, row), other.checkpoint(step, place)
        for name in sorted(weights.keys() | others.keys()):
            if name not in weights or name not in others or not _same(weights[name], others[name]):
                return f"`{name}` at checkpoint {step}"
    own, foreign = store.records(), other.records()
    if "step" not in own.dims or "step" not in foreign.dims:
        return ""
    steps = np.intersect1d(own["step"].values, foreign["step"].values)
    own, foreign = (records.sel(run=store.runs[row], step=steps) for records in (own, foreign))
    for name in sorted(map(str, set(own.data_vars) & set(foreign.data_vars))):
        if name not in SINCE_LAST and "step" in own[name].dims and not own[name].equals(foreign[name]):
            return f"the record `{name}`"
    return ""


def _same(mine: np.ndarray, theirs: np.ndarray) -> bool:
    return mine.dtype == theirs.dtype and mine.shape == theirs.shape and mine.tobytes() == theirs.tobytes()
