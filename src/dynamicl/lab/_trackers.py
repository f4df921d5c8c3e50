"""Records as they are made, run by run, for whoever keeps them elsewhere: TensorBoard, Weights & Biases, trackio.

A tracker is any function of a `TrackedRecord`. The store keeps everything in any case; a tracker is for watching.
"""

import importlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import xarray as xr

from dynamicl.files import user_path
from dynamicl.specs import SpecError, check
from dynamicl.training import RunSpec

from ._event_file import EventFile


@dataclass(frozen=True)
class TrackedRecord:
    """What was recorded of one run at one step.

    Attributes:
        run: its id.
        spec: its description.
        step: updates so far.
        sequences: sequences trained on so far.
        values: numbers by name: `train_loss`, `accuracy/train`, `induction_strength/2/3` (layer, head).
    """

    run: str
    spec: RunSpec
    step: int
    sequences: int
    values: Mapping[str, float]


Tracker = Callable[[TrackedRecord], None]


def untracked(record: TrackedRecord) -> None:
    """Keep nothing: the tracker of who wants none."""


def several(*trackers: Tracker) -> Tracker:
    """Hand every record to several trackers.

    Args:
        *trackers: in the order in which they are told.
    """

    def track(record: TrackedRecord) -> None:
        for tracker in trackers:
            tracker(record)

    return track


def tracked(data: xr.Dataset, specs: Mapping[str, RunSpec]) -> Iterator[TrackedRecord]:
    """Cut records into one for each run and step.

    Args:
        data: of a cohort, with dimensions run and step.
        specs: of its runs, by id.
    """
    for step in data["step"].values.tolist():
        now = data.sel(step=step)
        for run in data["run"].values.tolist():
            values = {
                name: number
                for variable in map(str, data.data_vars)
                for name, number in _numbers(variable, now[variable].sel(run=run))
            }
            if values:
                yield TrackedRecord(str(run), specs[str(run)], step, int(now["sequences"]), values)


def tensorboard(folder: str | Path) -> Tracker:
    """Write TensorBoard event files, one folder a run; TensorBoard itself is needed for looking at them only.

    Args:
        folder: given to `tensorboard --logdir`.
    """
    place = user_path(folder)
    files: dict[str, EventFile] = {}

    def track(record: TrackedRecord) -> None:
        if record.run not in files:
            files[record.run] = EventFile(place / record.run)
        files[record.run].write(record.step, record.values)

    return track


def wandb(project: str, **options: Any) -> Tracker:
    """Log every run to Weights & Biases as a run of its own, with its spec as the configuration.

    Args:
        project: its name there.
        **options: of `wandb.init`, e.g. `mode="offline"`.

    Raises:
        SpecError: the package `wandb` is not installed.
    """
    # Told to go on, it accepts more steps of a run that was resumed.
    return _hosted(_module("wandb"), project, {"reinit": "create_new", "resume": "allow", **options}, "id")


def trackio(project: str, **options: Any) -> Tracker:
    """Log every run to trackio as a run of its own, with its spec as the configuration.

    Args:
        project: its name there.
        **options: of `trackio.init`, e.g. `space_id="me/space"`.

    Raises:
        SpecError: the package `trackio` is not installed.
    """
    return _hosted(_module("trackio"), project, dict(options), "name")


TRACKERS: dict[str, Callable[[str], Tracker]] = {
    "tensorboard": tensorboard,
    "trackio": trackio,
    "wandb": wandb,
}
"""By the name that the command takes: each is made from a folder or a project."""


def tracker_named(text: str) -> Tracker:
    """Make a tracker from `NAME=WHERE`, e.g. `tensorboard=runs/events` or `wandb=my-project`.

    Raises:
        SpecError: no such tracker, nowhere to keep records, or its package is not installed.
    """
    name, _, where = text.partition("=")
    check(
        name in TRACKERS and bool(where),
        f"`track` is {text!r}: give NAME=WHERE, with one of {', '.join(TRACKERS)} and a folder or project",
    )
    return TRACKERS[name](where)


def _hosted(library: ModuleType, project: str, options: Mapping[str, Any], key: str) -> Tracker:
    """Track with a library in which `init` returns a run with a method `log`."""
    runs: dict[str, Any] = {}

    def track(record: TrackedRecord) -> None:
        if record.run not in runs:
            config = json.loads(record.spec.json)
            runs[record.run] = library.init(project=project, config=config, **{key: record.run}, **options)
        runs[record.run].log(dict(record.values) | {"sequences": record.sequences}, step=record.step)

    return track


def _module(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ImportError:
        raise SpecError(
            f"the tracker `{name}` needs the package {name}: install it (`pip install {name}`)"
        ) from None


def _numbers(name: str, values: xr.DataArray) -> Iterator[tuple[str, float]]:
    """Name every finite number of a variable by its labels."""
    if values.dtype.kind not in "fiub":
        return
    labels = [values[dim].values.tolist() for dim in values.dims]
    for place in np.ndindex(values.shape):
        number = float(values.values[place])
        if np.isfinite(number):
            parts = [str(own[i]) for own, i in zip(labels, place, strict=True)]
            yield "/".join([name, *parts]), number
