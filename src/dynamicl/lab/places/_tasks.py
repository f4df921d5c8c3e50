"""A task: a folder with an order, the worker's library, and what the worker and the driver say about it.

Everything that has to outlive the driver lies here, so that the same command finds it again. Nobody relies on locks:
a task has one worker at a time, and what a worker commits is whole.
"""

import contextlib
import os
import shutil
from pathlib import Path
from typing import Literal, TypeVar

import msgspec

from dynamicl.files import parse_json, read_regular, temporary
from dynamicl.specs import SpecError
from dynamicl.store import cohort_name

from ._orders import ORDER, Order, read_order

TASKS = ".tasks"
"""Folder inside a library in which tasks lie: no look at the library finds their stores."""
LIBRARY = "library"
REPORT = "report.json"
JOB = "job.json"
PULSE = "pulse.json"
Kind = TypeVar("Kind", bound=msgspec.Struct)


class Report(msgspec.Struct, frozen=True):
    """How a worker's attempt ended.

    Attributes:
        status: `finished`; `left` by a signal or because its time was up, and may be gone on with; `failed`, perhaps
            for a reason of the machine; `refused`, which another attempt would not change.
        message: why, on one line.
        number: of the signal by which it left.
    """

    status: Literal["finished", "left", "failed", "refused"]
    message: str = ""
    number: int = 0


class Job(msgspec.Struct, frozen=True):
    """What the driver knows of a task's job.

    Attributes:
        engine: to which it was given.
        key: by which the engine knows it.
        tries: attempts that failed.
    """

    engine: str = ""
    key: str = ""
    tries: int = 0


class Pulse(msgspec.Struct, frozen=True):
    """How far a worker is.

    Attributes:
        worker: name of its machine and process.
        done: run-steps done.
        rate: run-steps a second.
        loss: mean training loss last recorded, nats; NaN is written as null.
    """

    worker: str = ""
    done: int = 0
    rate: float = 0.0
    loss: float | None = None


class Task:
    """One task.

    Attributes:
        folder: where it lies.
        order: what it trains.
        job: what is known of its job.
    """

    def __init__(self, folder: Path, order: Order):
        """Wrap a folder; `make_task` and `open_tasks` do."""
        self.folder = folder
        self.order = order
        self.job = _read(folder / JOB, Job) or Job()

    @property
    def library(self) -> Path:
        """The folder of the worker's library."""
        return self.folder / LIBRARY

    def note(self, job: Job) -> None:
        """Write down what is known of its job."""
        self.job = job
        write(self.folder / JOB, job)

    def pulse(self) -> Pulse | None:
        """Read how far its worker is; None before the worker has said so."""
        return _read(self.folder / PULSE, Pulse)

    def report(self) -> Report | None:
        """Read how the last attempt ended; None while one is under way."""
        return _read(self.folder / REPORT, Report)

    def remove(self) -> None:
        """Delete the folder: its runs are at home."""
        # The order goes first: without it the folder is no task any more, whatever else is left of it.
        (self.folder / ORDER).unlink(missing_ok=True)
        shutil.rmtree(self.folder, ignore_errors=True)


def make_task(library: Path, order: Order) -> Task:
    """Make the folder of a task; the order in it comes last."""
    folder = library / TASKS / cohort_name(order.runs)
    (folder / LIBRARY).mkdir(parents=True, exist_ok=True)
    write(folder / ORDER, order)
    return Task(folder, order)


def open_tasks(library: Path) -> list[Task]:
    """List the tasks that are open in a library; folders without a readable order are none."""
    tasks = []
    for path in sorted((library / TASKS).glob(f"*/{ORDER}")):
        with contextlib.suppress(SpecError):
            tasks.append(Task(path.parent, read_order(path.parent)))
    return tasks


def write(path: Path, what: msgspec.Struct) -> None:
    """Replace a file by JSON in one step; after a power cut it may be missing, which says what a new task's would."""
    draft = temporary(path)
    try:
        draft.write_bytes(msgspec.json.encode(what))
        os.replace(draft, path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def _read(path: Path, kind: type[Kind]) -> Kind | None:
    """Read a file; one that is not there, or is no such JSON, says nothing."""
    try:
        return parse_json(read_regular(path), kind, str(path), "delete it")
    except (OSError, SpecError):
        return None
