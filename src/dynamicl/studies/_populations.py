"""Populations of runs with names, listed once a study and shared between its claims.

Costs follow from them. Where the runs of one depend on what another became (which head was the strongest, when a run
converged), it is a `Dependent`: it says beforehand how many updates it asks for at most, and describes its runs once
those that it follows are trained.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dynamicl.specs import check, nearest
from dynamicl.store import Trajectory
from dynamicl.training import Recording, RunSpec

Trajectories = Mapping[str, Trajectory]


@dataclass(frozen=True)
class Population:
    """Runs that are trained together.

    Attributes:
        title: for people, such as "induction: main runs".
        runs: their specs.
        recording: what is kept of each.
    """

    title: str
    runs: tuple[RunSpec, ...]
    recording: Recording

    @property
    def run_steps(self) -> int:
        """Updates of all runs together; a fork counts from where it starts."""
        return sum(updates_of(run) for run in dict.fromkeys(self.runs))


@dataclass(frozen=True)
class Dependent:
    """A population whose runs depend on what others became.

    Attributes:
        after: names of the populations that it follows, which stand before it in the study's list.
        updates: of each of its runs, at most.
        describe: from the trajectories of those that it follows to the population.
    """

    after: tuple[str, ...]
    updates: tuple[int, ...]
    describe: Callable[[Trajectories], Population]

    @property
    def run_steps(self) -> int:
        """Updates of all runs together, at most."""
        return sum(self.updates)


Populations = Mapping[str, Population | Dependent]


def updates_of(run: RunSpec) -> int:
    """Return the updates that training a run takes: a fork goes on from its parent's checkpoint."""
    return run.steps - run.begins


def needing(listed: Callable[[Any], Populations], names: Sequence[str]) -> Callable[[Any], Populations]:
    """Return a function from a setting to some of a study's populations, with those that they follow.

    Args:
        listed: all of the study's populations at a setting.
        names: those that are needed.
    """

    def populations(setting: Any) -> Populations:
        every = listed(setting)
        needed: set[str] = set()
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            check(name in every, f"no population `{name}`: did you mean {nearest(name, every)}?")
            needed.add(name)
            population = every[name]
            waiting += population.after if isinstance(population, Dependent) else ()
        return {name: population for name, population in every.items() if name in needed}

    return populations


def nothing(setting: Any) -> Populations:
    """List no populations: the experiment trains nothing."""
    return {}
