"""Ray: a task travels as bytes and comes home as bytes, so that no disk is shared. Install `dynamicl[cluster]`.

A task comes home every few minutes, finished or not: what a lost node or a killed driver costs is what was done since.
Ray itself tries again what a lost worker or node had taken.
"""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec

from dynamicl.specs import SpecError
from dynamicl.store import StoreError

from .._planning import ToDo
from ._cutting import count_tasks
from ._driver import TRIES, drive
from ._packing import pack, unpack
from ._place import Home, check_amounts
from ._ray_work import board_class, train_packed
from ._tasks import PULSE, REPORT, Pulse, Report, Task, write

PASSED_ON = ("JAX_", "XLA_", "DYNAMICL_")
"""Beginnings of the names of environment variables that decide a run's layout, or where caches lie."""


@dataclass(frozen=True)
class Ray:
    """Train by the workers of a Ray cluster.

    Attributes:
        address: of the cluster, as `ray.init` takes it; a cluster of this machine alone by default.
        cpus: of each task.
        gpus: of each task, which may be a part of one.
        memory: of each task, in GiB; not asked for by default.
        runs: the most runs of a task.
        minutes: after which a task comes home, finished or not, and goes on.
        resources: of the cluster's own kinds that a task needs, as name and amount.
    """

    address: str = ""
    cpus: float = 1.0
    gpus: float = 0.0
    memory: float = 0.0
    runs: int = 64
    minutes: float = 5.0
    resources: tuple[tuple[str, float], ...] = ()

    def __post_init__(self) -> None:
        check_amounts(self, ("runs", "minutes"), ("cpus", "gpus", "memory"))

    def train(self, todo: ToDo, home: Home) -> None:
        """Train what is left to do, see `Place`."""
        ray = _ray()
        joined_before = ray.is_initialized()
        if not joined_before:
            self._join(ray)
        try:
            drive(_Cluster(ray, self), todo, home)
        finally:
            if not joined_before:
                ray.shutdown()

    def count(self, todo: ToDo, home: Home) -> int:
        """Count the new tasks."""
        return count_tasks(todo, self.runs)

    def _join(self, ray: ModuleType) -> None:
        try:
            ray.init(
                address=self.address or "local",
                include_dashboard=None if self.address else False,
                log_to_driver=False,
                configure_logging=False,
                runtime_env={"env_vars": _environment()},
            )
        except (ConnectionError, ValueError, RuntimeError) as error:
            raise SpecError(
                f"`place` names the Ray cluster {self.address!r}, which did not answer: {error}"
            ) from None


@dataclass
class _Flight:
    """A task on its way.

    Attributes:
        reference: to what it will return.
        ended: how it ended, once that is known.
    """

    reference: Any
    ended: str | None = None


@dataclass
class _Cluster:
    """An engine over a Ray cluster, see `Engine`. Ray tries again what a lost worker had; the driver does not."""

    ray: ModuleType
    place: Ray
    name: str = "ray"
    together: int = sys.maxsize
    tries: int = 1
    lasting: bool = False
    pause: float = 0.2
    flights: dict[str, _Flight] = field(default_factory=dict)
    folders: dict[str, Path] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.board = self.ray.remote(num_cpus=0)(board_class()).remote()
        self.runs = self.place.runs
        self._train = self.ray.remote(
            num_cpus=self.place.cpus,
            num_gpus=self.place.gpus,
            memory=self.place.memory * 2**30 or None,
            resources=dict(self.place.resources),
            max_retries=TRIES - 1,
            # A worker lives for one task: JAX's devices are those of its share, and its memory goes with it.
            max_calls=1,
        )(train_packed)

    def submit(self, tasks: Sequence[Task]) -> list[str]:
        """Send tasks out, each with its library as it came home last."""
        keys = []
        for task in tasks:
            key = task.folder.name
            reference = self._train.remote(*pack(task.folder), key, self.place.minutes * 60, self.board)
            self.flights[key], self.folders[key] = _Flight(reference), task.folder
            keys.append(key)
        return keys

    def ended(self, task: Task) -> str | None:
        """Take a task in that has come home; tell the others' pulses."""
        self._hear()
        flight = self.flights[task.job.key]
        arrived, _ = self.ray.wait([flight.reference], timeout=0)
        if not arrived:
            return None
        try:
            report, content, digest = self.ray.get(flight.reference)
            unpack(content, digest, task.library)
            write(task.folder / REPORT, Report(**report))
            return "it came home"
        except (self.ray.exceptions.RayError, StoreError) as error:
            reason = str(error).strip().splitlines()
            return f"{type(error).__name__} after {TRIES} tries: {reason[0] if reason else 'no reason given'}"
        finally:
            del self.flights[task.job.key]

    def leave(self, tasks: Sequence[Task]) -> str:
        """End what is under way; what came home before is kept."""
        for task in tasks:
            if task.job.key in self.flights:
                self.ray.cancel(self.flights.pop(task.job.key).reference, force=True)
        return f"stopped {len(tasks)} tasks; what came home is kept"

    def _hear(self) -> None:
        for key, pulse in self.ray.get(self.board.heard.remote()).items():
            write(self.folders[key] / PULSE, msgspec.json.decode(pulse, type=Pulse))


def _environment() -> dict[str, str]:
    """Return the variables that a worker's layout follows from, for a cluster that was started without them."""
    return {name: value for name, value in os.environ.items() if name.startswith(PASSED_ON)}


def _ray() -> ModuleType:
    try:
        import ray
    except ImportError:
        raise SpecError("`place` needs the package ray: install `dynamicl[cluster]`") from None
    return ray
