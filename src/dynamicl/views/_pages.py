"""From stores to the page: gather the runs, find their transitions, write one file."""

import itertools
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from dynamicl.files import without_folders
from dynamicl.specs import check
from dynamicl.statistics import find_transition
from dynamicl.store import Library, Store, StoreError, Trajectory, library_of, open_trajectory, store_dataset
from dynamicl.studies import read_outcome, read_verdicts

from .page import write
from .page._records import read_json
from .page._when import FEWEST_EVALUATIONS

Loaded = tuple[xr.Dataset, list[dict], list[dict]]
UNCLAMPED = "unclamped"
CLAMPED = {
    "clamp": {"clamp"},
    "sequences": {"sequences"},
    "loss": {"clamp", "seed", "sequences"},
    "unclamped_sequences": {"unclamped_sequences"},
    "unclamped_loss": {"seed", "unclamped_sequences"},
}
"""Dimensions of what is read of the result `induction.clamps`; what is unclamped may be missing."""
MOST_NAMES = 3
MOST_RUNS = 64
"""On a study's page; the curves of hundreds cannot be told apart."""


def page_dataset(trajectory: Trajectory) -> xr.Dataset:
    """Return a trajectory's dataset with what the page shows besides: sequences, and the tokens of examples."""
    # The page takes settings from the specs.
    data = trajectory.dataset.drop_vars(list(trajectory.settings), errors="ignore")
    stores = list(dict.fromkeys(store for store, _ in trajectory.members))
    batches = {store.header.get("batch") for store in stores}
    if (
        "step" in data.coords
        and "sequences" not in data.variables
        and len(batches) == 1
        and None not in batches
    ):
        data = data.assign_coords(sequences=("step", data["step"].values * batches.pop()))
    data = with_examples(data, trajectory.members)
    attributes = {k: v for k, v in data.attrs.items() if k != "examples"}
    attributes["title"] = title_of([str(store.header.get("title") or "") for store in stores])
    if isinstance(attributes.get("command"), str):
        attributes["command"] = without_folders(attributes["command"])
    return data.drop_attrs(deep=False).assign_attrs(attributes)


def with_examples(data: xr.Dataset, members: Sequence[tuple[Store, int]]) -> xr.Dataset:
    """Add the tokens of each run's example sequences, blank for runs of which they were not kept.

    Args:
        data: of the runs, in the order of `members`.
        members: store and index of each run.
    """
    kept = [examples_of(store, row) for store, row in members]
    rows = [row for examples in kept for row in examples.get("tokens", [])]
    if not rows:
        return data
    # Sequences of another store may be longer, or more: what is lacking stays blank.
    most = max(len(examples.get("tokens", [])) for examples in kept)
    count, length = data.sizes.get("example", most), data.sizes.get("query", max(map(len, rows)))
    tokens = np.full((len(members), count, length), "", dtype=object)
    targets = np.full((len(members), count), "", dtype=object)
    for run, examples in enumerate(kept):
        for example, row in enumerate(examples.get("tokens", [])[:count]):
            tokens[run, example, : len(row)] = row[:length]
        own_targets = examples.get("targets", [])[:count]
        targets[run, : len(own_targets)] = own_targets
    return data.assign(
        example_tokens=(("run", "example", "query"), tokens),
        example_target=(("run", "example"), targets),
    )


def examples_of(store: Store, row: int) -> dict[str, Any]:
    """Return the example sequences of one run of a store; nothing where they are not known.

    A store keeps those of its first run. They are another run's as well if it has the same task, world and evaluation
    seed.
    """
    if drawn_from(store.specs[row]) != drawn_from(store.specs[0]):
        return {}
    return store.header.get("examples") or {}


def drawn_from(spec: str) -> tuple[Any, Any, Any]:
    """Return what a run's evaluation sequences depend on: its task, and the seeds of its world and of evaluation."""
    settings = read_json(spec, {})
    settings = settings if isinstance(settings, dict) else {}
    seeds = settings.get("seeds")
    seeds = seeds if isinstance(seeds, dict) else {}
    return settings.get("task"), seeds.get("world"), seeds.get("evaluation")


def title_of(titles: Sequence[str]) -> str:
    """Name a page after its populations.

    Example:
        >>> title_of(["induction: main runs", "induction: single heads"])
        'induction: main runs, single heads'
    """
    names = [name for name in dict.fromkeys(titles) if name]
    if len(names) > MOST_NAMES:
        return f"{names[0]} and {len(names) - 1} more populations"
    before = {name.partition(": ")[0] for name in names}
    if len(names) > 1 and len(before) == 1 and all(": " in name for name in names):
        return f"{before.pop()}: {', '.join(name.partition(': ')[2] for name in names)}"
    return ", ".join(names) or "dynamicl"


def transitions_of(data: xr.Dataset) -> list[dict[str, Any]]:
    """Find the transition of the loss on the training distribution, in every run with enough evaluations."""
    if "loss" not in data or "train" not in data["evaluator"].values:
        return []
    loss = data["loss"].sel(evaluator="train")
    errors = data["loss_error"].sel(evaluator="train") if "loss_error" in data else None
    steps = data["step"].values
    batches = batches_of(data)
    found = []
    for i, run in enumerate(data["run"].values):
        there = np.isfinite(loss[i].values)
        if there.sum() < FEWEST_EVALUATIONS:
            continue
        transition = find_transition(
            steps[there],
            loss[i].values[there],
            standard_error=None if errors is None else finite_errors(errors[i].values[there]),
            batch=batches[i],
            run=str(run),
            name="loss",
            evaluator="train",
        )
        found.append(transition.to_dict())
    return found


def finite_errors(errors: np.ndarray) -> np.ndarray | None:
    """Return standard errors if all are known; None where one is not, as with a single evaluation sequence."""
    return errors if np.isfinite(errors).all() else None


def batches_of(data: xr.Dataset) -> list[int | None]:
    """Return each run's sequences in a step: its spec's, else the trajectory's; None where neither says."""
    specs = data["spec"].values if "spec" in data else [""] * data.sizes["run"]
    read = [read_json(str(text), {}) for text in specs]
    sizes = [spec.get("batch_size") if isinstance(spec, dict) else None for spec in read]
    known = data.attrs.get("batch")
    return [size if isinstance(size, int) and size > 0 else known for size in sizes]


def make_page(
    path: str | Path,
    target: str | Path,
    verdicts: Sequence[dict] = (),
    *,
    results: str | Path | None = None,
    forks: bool = False,
) -> Path:
    """Make the page of a store or library.

    Args:
        path: folder of the store or library.
        target: the file to write.
        verdicts: records to show.
        results: folder with one folder a study, for the loss with steps of the circuit clamped.
        forks: show forks and failed runs as well.
    """
    data, transitions, _ = loader(path, forks=forks)()
    notes = read_json(data.attrs.get("problems"), [])
    curves = None if results is None else clamped_curves(results)
    return write(target, data, transitions, verdicts, clamped_curves=curves, notes=notes)


def loader(path: str | Path, verdicts: Sequence[dict] = (), forks: bool = False) -> Callable[[], Loaded]:
    """Return a function that reads a store or library as it is now, for a page that refreshes.

    Args:
        path: folder of the store or library.
        verdicts: records to show.
        forks: show forks and failed runs as well; without, they are shown only where there is nothing else.
    """

    def load() -> Loaded:
        trajectory, problems = readable(open_trajectory(path))
        problems = [*Library(library_of(path)).problems.values(), *problems]
        if not forks:
            trajectory, left_out = main_runs(trajectory)
            problems += left_out
        data = page_dataset(trajectory).assign_attrs(problems=json.dumps(problems))
        return data, transitions_of(data), list(verdicts)

    return load


def main_runs(trajectory: Trajectory) -> tuple[Trajectory, list[str]]:
    """Leave out forks and failed runs, which would be averaged with the runs that they are not.

    Args:
        trajectory: of any stores.

    Returns:
        The other runs, and a line that says how many are left out; all runs where there are no others.
    """
    specs, status = trajectory.specs, trajectory.status
    members = []
    for run, member in zip(trajectory.runs, trajectory.members, strict=True):
        start = specs[run].get("start")
        forked = isinstance(start, dict) and start.get("how") == "fork"
        if not forked and status[run] != "failed":
            members.append(member)
    left_out = len(trajectory.members) - len(members)
    if not members or not left_out:
        return trajectory, []
    runs = "run that is a fork, or failed, is" if left_out == 1 else "runs that are forks, or failed, are"
    return Trajectory(members), [f"{left_out} {runs} left out: `--forks` shows all."]


def readable(trajectory: Trajectory) -> tuple[Trajectory, list[str]]:
    """Leave out stores of which a piece is damaged, and say which.

    Args:
        trajectory: of any stores.

    Returns:
        The runs of the stores that can be read whole, and a line for each other store.

    Raises:
        StoreError: none of them can be read.
    """
    try:
        trajectory.dataset  # noqa: B018 - read once and kept; only damage is looked for store by store
        return trajectory, []
    except StoreError as error:
        first = error
    problems: dict[Store, str] = {}
    for store in dict.fromkeys(store for store, _ in trajectory.members):
        try:
            store_dataset(store)
        except StoreError as error:
            problems[store] = f"The runs of {store.path.name} are left out: {error}"
    members = [member for member in trajectory.members if member[0] not in problems]
    if not members:
        raise first
    return Trajectory(members), list(problems.values())


def make_study_page(
    library: str | Path,
    groups: Sequence[Sequence[str]],
    results: str | Path,
    names: Sequence[str],
    target: str | Path,
) -> Path:
    """Make the page of a study's runs with its verdicts.

    Args:
        library: folder of the library.
        groups: ids of the runs behind each experiment; as many experiments are shown as make no crowd.
        results: folder with one folder of verdicts a study.
        names: experiments whose verdicts are shown.
        target: the file to write.
    """
    shelf = Library(library)
    own = without_forks(shelf, list(dict.fromkeys(itertools.chain.from_iterable(groups))))
    chosen = first_groups([list(filter(own.__contains__, group)) for group in groups])
    notes = []
    if len(chosen) < len(own):
        notes.append(
            f"{len(own) - len(chosen)} more runs are behind these verdicts: dynamicl report LIBRARY shows all."
        )
    data = page_dataset(shelf.trajectory(chosen))
    studies = sorted({name.partition(".")[0] for name in names})
    verdicts = [record for study in studies for record in read_verdicts(Path(results) / study)]
    beginnings = tuple(f"{name}." for name in names)
    shown = [record for record in verdicts if f"{record['id']}.".startswith(beginnings)]
    curves = clamped_curves(results) if "induction" in studies else None
    return write(target, data, transitions_of(data), shown, clamped_curves=curves, notes=notes)


def first_groups(groups: Sequence[Sequence[str]]) -> list[str]:
    """Take groups of runs, each whole, while they make no more than `MOST_RUNS`; the first in any case."""
    chosen: list[str] = []
    for group in groups:
        new = [run for run in group if run not in chosen]
        if not chosen or len(chosen) + len(new) <= MOST_RUNS:
            chosen += new
    return chosen


def without_forks(library: Library, runs: Sequence[str]) -> list[str]:
    """Leave out forks, of which a study may have hundreds that differ in data alone; all runs where all are forks."""
    specs = library.trajectory(list(runs)).specs
    return [run for run in runs if specs[run].get("start", {}).get("how") != "fork"] or list(runs)


def clamped_curves(results: str | Path) -> dict[str, Any] | None:
    """Return the loss curves with steps of the induction circuit clamped, where the study has made them.

    Args:
        results: folder with one folder a study.

    Returns:
        As `dynamicl.views.page.write` takes them: by the clamped steps, and `unclamped` the same network without.
    """
    if not (Path(results) / "induction" / "induction.clamps.json").exists():
        return None
    data = read_outcome(Path(results) / "induction", "induction.clamps")
    for name, dims in CLAMPED.items():
        there = set(map(str, data[name].dims)) if name in data.variables else set()
        check(
            there == dims or (not there and name.startswith(UNCLAMPED)),
            f"`{name}` of the result induction.clamps has the dimensions {sorted(there)}, not {sorted(dims)}: "
            "make it again with `dynamicl reproduce induction.clamps`",
        )
    curves = {
        str(name).replace(",", ", "): {"sequences": data["sequences"].values, "loss": loss.values}
        for name, loss in zip(
            data["clamp"].values, data["loss"].transpose("clamp", "seed", "sequences"), strict=True
        )
    }
    if "unclamped_loss" in data:
        loss = data["unclamped_loss"].transpose("seed", "unclamped_sequences")
        curves[UNCLAMPED] = {"sequences": data["unclamped_sequences"].values, "loss": loss.values}
    return curves
