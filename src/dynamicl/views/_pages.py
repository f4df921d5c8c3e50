"""From stores to the page: gather the runs, find their transitions, write one file."""

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from dynamicl.measures import find_transition
from dynamicl.store import Library, Trajectory, open_trajectory
from dynamicl.studies import read_verdicts

from .page import write

Loaded = tuple[xr.Dataset, list[dict], list[dict]]


def page_dataset(trajectory: Trajectory) -> xr.Dataset:
    """Return a trajectory's dataset with what the page shows besides: sequences, and the example sequences' tokens."""
    data = trajectory.dataset
    store = trajectory.members[0][0]
    batch = int(store.header.get("batch", 1))
    if "step" in data.coords:
        data = data.assign_coords(sequences=("step", data["step"].values * batch))
    examples = store.header.get("examples") or {}
    if examples.get("tokens"):
        data["example_tokens"] = (("example", "query"), np.array(examples["tokens"], dtype=str))
        data["example_target"] = ("example", np.array(examples["targets"], dtype=str))
    attributes = {k: v for k, v in data.attrs.items() if k != "examples"}
    if isinstance(attributes.get("command"), str):
        attributes["command"] = without_folders(attributes["command"])
    return data.drop_attrs(deep=False).assign_attrs(attributes)


def without_folders(command: str) -> str:
    """Shorten absolute paths to their last part: a page travels, folders do not."""
    return re.sub(r"(?<![\w.])/(?:[^/\s]+/)+([^/\s]*)", r"\1", command)


def transitions_of(data: xr.Dataset) -> list[dict[str, Any]]:
    """Find the transition of every run's loss on the training distribution."""
    if "loss" not in data or "train" not in data["evaluator"].values:
        return []
    loss = data["loss"].sel(evaluator="train")
    errors = data["loss_error"].sel(evaluator="train") if "loss_error" in data else None
    steps = data["step"].values
    batch = int(data.attrs.get("batch", 1))
    found = []
    for i, run in enumerate(data["run"].values):
        there = np.isfinite(loss[i].values)
        if there.sum() < 8:
            continue
        noise = None if errors is None else errors[i].values[there]
        transition = find_transition(
            steps[there],
            loss[i].values[there],
            standard_error=noise,
            batch=batch,
            run=str(run),
            name="loss",
            evaluator="train",
        )
        found.append(transition.to_dict())
    return found


def make_page(path: str | Path, target: str | Path, verdicts: Sequence[dict] = ()) -> Path:
    """Make the page of a store or library.

    Args:
        path: folder of the store or library.
        target: the file to write.
        verdicts: records to show.
    """
    data, transitions, _ = loader(path)()
    return write(target, data, transitions, verdicts)


def loader(path: str | Path, verdicts: Sequence[dict] = ()) -> Callable[[], Loaded]:
    """Return a function that reads a store or library as it is now, for a page that refreshes."""

    def load() -> Loaded:
        data = page_dataset(open_trajectory(path))
        return data, transitions_of(data), list(verdicts)

    return load


def make_study_page(
    library: str | Path, runs: Sequence[str], results: str | Path, names: Sequence[str], target: str | Path
) -> Path:
    """Make the page of a study's runs with its verdicts.

    Args:
        library: folder of the library.
        runs: ids of the runs to show.
        results: folder with one folder of verdicts a study.
        names: experiments whose verdicts are shown.
        target: the file to write.
    """
    data = page_dataset(Library(library).trajectory(list(runs)))
    studies = sorted({name.partition(".")[0] for name in names})
    verdicts = [record for study in studies for record in read_verdicts(Path(results) / study)]
    shown = [r for r in verdicts if any(r["id"] == n or r["id"].startswith(f"{n}.") for n in names)]
    return write(target, data, transitions_of(data), shown, clamped_curves=clamped_curves(results))


def clamped_curves(results: str | Path) -> dict[str, Any] | None:
    """Return the loss curves with each step of the circuit clamped, where the study has made them."""
    path = Path(results) / "induction" / "induction.clamps.json"
    if not path.exists():
        return None
    raw = json.loads(path.read_text())["attrs"].get("clamped_curves")
    return raw or None
