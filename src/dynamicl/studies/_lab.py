"""Where experiments run: populations are trained into a library, and what was made once is never made again."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xarray as xr

from dynamicl.lab import Progress, train_population
from dynamicl.lab.places import HERE, Place
from dynamicl.specs import check, spec_hash, to_json
from dynamicl.store import Trajectory

from ._cached import read_cached, write_cached
from ._populations import Dependent, Population, Populations, Trajectories

CACHED = "cached"


def watch_nothing(progress: Progress) -> None:
    """Ignore progress."""


@dataclass(frozen=True)
class Lab:
    """Where experiments run.

    Attributes:
        path: the library that holds every run; shared by all experiments.
        scale: how large.
        command: what the user gave; written beside every result.
        listener: told about progress.
        place: where populations are trained.
    """

    path: Path
    scale: str
    command: str = ""
    listener: Callable[[Progress], None] = watch_nothing
    place: Place = HERE

    def train(self, population: Population) -> Trajectory:
        """Train what is missing of a population and return all of it, in order."""
        return train_population(
            population.runs,
            population.recording,
            self.path,
            title=population.title,
            command=self.command,
            listener=self.listener,
            place=self.place,
        )

    def train_all(self, populations: Populations) -> dict[str, Trajectory]:
        """Train populations one after the other, each once those that it follows are there.

        Raises:
            SpecError: one asks for more updates than it said.
        """
        trajectories: dict[str, Trajectory] = {}
        for name, population in populations.items():
            trajectories[name] = self.train(described(name, population, trajectories))
        return trajectories

    def cached(self, spec: Any, compute: Callable[[], xr.Dataset]) -> xr.Dataset:
        """Return a result that is no trajectory: from its file where there is one, else computed and kept.

        Long work goes on where it stopped if every piece of it has a spec of its own.

        Args:
            spec: a frozen dataclass, registered or not, that says everything the result depends on.
            compute: makes the dataset.

        Raises:
            SpecError: the file is damaged or belongs to another spec; the result holds Python objects.
        """
        path = self.path / CACHED / f"{spec_hash(spec)[:16]}.result"
        if not path.exists():
            write_cached(path, to_json(spec), compute())
        return read_cached(path, to_json(spec))


def described(name: str, population: Population | Dependent, trajectories: Trajectories) -> Population:
    """Return a population whose runs are known, now that those that it follows are trained."""
    if isinstance(population, Population):
        return population
    known = population.describe({other: trajectories[other] for other in population.after})
    check(
        known.run_steps <= population.run_steps,
        f"population `{name}` asks for {known.run_steps:,} run-steps and said at most {population.run_steps:,}: its "
        "`updates` are too few",
    )
    return known
