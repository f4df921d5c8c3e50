"""Clearing a library up, and handing a part of it to others."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from dynamicl.files import make_folder, user_path, without_folders, write_atomically
from dynamicl.specs import check, check_list
from dynamicl.store import (
    Library,
    Store,
    StoreError,
    Trajectory,
    cohort_name,
    copy_runs,
    copy_store,
    library_of,
    read_notes,
    write_notes,
)

from ._listing import rows_of

CARD = "README.md"
COLUMNS = ("run", "status", "step", "accuracy", "loss", "checkpoints")


def prune(library: str | Path, runs: Sequence[str]) -> int:
    """Delete runs for good.

    What stays in a store with others is copied into a store of its own first, so a kill at any moment loses none of it.

    Args:
        library: its folder.
        runs: ids.

    Returns:
        How many stores were changed or deleted.

    Raises:
        StoreError: a run is not there, its store is being written or is damaged, or the disk refuses.
        SpecError: `runs` is no list.
    """
    shelf = Library(library_of(library))
    stores = shelf.stores()
    _require_runs(shelf, stores, runs)
    furthest = shelf.members()
    changed = 0
    for store in stores:
        if not set(runs) & set(store.runs):
            continue
        others = [row for row, run in enumerate(store.runs) if run not in runs]
        # What another store has trained as far, or further, is kept there.
        stay = [row for row in others if furthest[store.runs[row]][0].path == store.path]
        # Opening it says who writes it, if somebody does.
        with Store.open(store.path, write=True):
            if stay:
                copy_runs(store, stay, shelf.place(cohort_name([store.runs[row] for row in stay])))
            shutil.rmtree(store.path)
        changed += 1
    return changed


def export(
    library: str | Path,
    runs: Sequence[str],
    folder: str | Path,
    *,
    title: str = "",
    licence: str = "",
) -> Path:
    """Copy some runs into a folder that others can open, with a card that says what they are.

    Args:
        library: its folder.
        runs: ids; every weight and record of them goes along.
        folder: a new folder: it gets a library, and the card as `README.md`.
        title: of the card.
        licence: under which it is shared, e.g. `CC-BY-4.0`; the card says where none is given.

    Returns:
        The folder.

    Raises:
        StoreError: a run is not there or cannot be read, or the disk refuses.
        SpecError: no run is given, or no list, or the folder is there and not empty.
    """
    target = user_path(folder)
    check(bool(runs), "`runs` is empty: name at least one run to export")
    there = target.exists() and (not target.is_dir() or any(target.iterdir()))
    check(not there, f"`folder` is {target}, where something is already: give a new folder")
    shelf = Library(library_of(library))
    stores = shelf.stores()
    _require_runs(shelf, stores, runs)
    inside = target / "library"
    make_folder(inside)
    for store, rows in _wanted(shelf, runs).items():
        if len(rows) == len(store.runs):
            copy_store(store, inside / store.path.name)
        else:
            copy_runs(store, rows, inside / cohort_name([store.runs[row] for row in rows]))
    notes = {run: note for run, note in read_notes(shelf.root).items() if run in runs}
    if notes:
        write_notes(inside, notes)
    card = card_of(Library(inside).trajectory(), title, licence)
    write_atomically(target / CARD, card.encode())
    return target


def card_of(trajectory: Trajectory, title: str = "", licence: str = "") -> str:
    """Write what somebody needs to know about runs who did not train them, as Markdown.

    Args:
        trajectory: the runs.
        title: of the card.
        licence: its name.
    """
    stores = list(dict.fromkeys(store for store, _ in trajectory.members))
    rows = rows_of(trajectory)
    commands = dict.fromkeys(without_folders(str(store.header.get("command") or "")) for store in stores)
    versions = {
        f"{name} {v}" for store in stores for name, v in dict(store.header.get("versions", {})).items()
    }
    described = [dict(store.header.get("machine", {})) for store in stores]
    machines = {f"{about.get('devices', '')} ({about.get('system', '')})" for about in described if about}
    settings = list(trajectory.settings)
    table = [
        "| " + " | ".join([*COLUMNS, *settings]) + " |",
        "| " + " | ".join(["---"] * (len(COLUMNS) + len(settings))) + " |",
    ]
    for row in rows:
        cells = [row[name] for name in COLUMNS] + [row["settings"].get(name) for name in settings]
        table.append("| " + " | ".join("" if cell is None else _cell(cell) for cell in cells) + " |")
    parts = [
        f"# {title or 'Training runs of dynamicl'}",
        f"{len(rows)} runs of dynamicl, with all records and weights.",
        '```python\nimport dynamicl\n\ntrajectory = dynamicl.open("library")\nprint(trajectory.dataset)\n```',
        "Look at them in a browser: `dynamicl report library`.",
        "## Runs",
        "\n".join(table),
        "## How they were made",
        "\n".join(f"    {command}" for command in commands if command)
        or "From Python; the command was not noted.",
        f"Versions: {', '.join(sorted(versions)) or 'unknown'}. Machine: {', '.join(sorted(machines)) or 'unknown'}.",
        "## Licence",
        licence or "None is given: ask whoever gave you this folder before you pass it on.",
    ]
    return "\n\n".join(parts) + "\n"


def _cell(value: object) -> str:
    return str(value).replace("|", "\\|").replace("\n", " ")


def _require_runs(shelf: Library, stores: Sequence[Store], runs: Sequence[str]) -> None:
    check_list(runs, "runs", "a list of ids")
    known = {run for store in stores for run in store.runs}
    missing = [run for run in runs if run not in known]
    if missing:
        raise StoreError(
            f"run {missing[0]!r} is not in the library {shelf.root}: list it with `dynamicl runs`"
        )


def _wanted(shelf: Library, runs: Sequence[str]) -> dict[Store, list[int]]:
    """Group runs by the store that went furthest with them."""
    rows: dict[Store, list[int]] = {}
    for store, row in shelf.trajectory(list(dict.fromkeys(runs))).members:
        rows.setdefault(store, []).append(row)
    return {store: sorted(places) for store, places in rows.items()}
