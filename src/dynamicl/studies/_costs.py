"""What experiments cost: run-steps of their populations, those that they share counted once."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from dynamicl.lab import run_id
from dynamicl.store import Library, Trajectory

from ._experiment import Experiment
from ._lab import described
from ._populations import Dependent, Population, updates_of


class Cost(NamedTuple):
    """Run-steps of some experiments.

    Attributes:
        run_steps: of all their populations, at most; what several share counts once.
        cached: titles of the populations that the library holds already.
        left: run-steps that remain, at most.
    """

    run_steps: int
    cached: tuple[str, ...]
    left: int


def cost_of(experiments: Sequence[Experiment], scale: str, library: str | Path) -> Cost:
    """Add up what experiments ask for at a scale.

    Args:
        experiments: of one study or several.
        scale: of the runs.
        library: where runs may be found; need not exist.

    Raises:
        SpecError: a study has no such scale.
    """
    shelf = Library(library)
    seen: set[tuple[str, str]] = set()
    runs: dict[str, int] = {}
    finished = set(_finished(shelf))
    trajectories: dict[tuple[str, str], Trajectory] = {}
    cached: list[str] = []
    later = later_left = 0
    for experiment in experiments:
        study = experiment.id.partition(".")[0]
        for name, population in experiment.populations(experiment.setting(scale)).items():
            if (study, name) in seen:
                continue
            seen.add((study, name))
            known = _known(study, name, population, trajectories)
            if known is None:
                later += population.run_steps
                later_left += population.run_steps
                continue
            ids = {run_id(run, known.recording): updates_of(run) for run in known.runs}
            if set(ids) <= finished:
                trajectories[study, name] = shelf.trajectory(list(ids))
                cached.append(known.title)
            if isinstance(population, Dependent):
                later += population.run_steps
                later_left += sum(steps for run, steps in ids.items() if run not in finished)
            else:
                runs |= ids
    left = sum(steps for run, steps in runs.items() if run not in finished)
    return Cost(sum(runs.values()) + later, tuple(cached), left + later_left)


def _known(
    study: str,
    name: str,
    population: Population | Dependent,
    trajectories: dict[tuple[str, str], Trajectory],
) -> Population | None:
    """Return a population whose runs can be told without training anything."""
    if isinstance(population, Population):
        return population
    before = {
        other: trajectories[study, other] for other in population.after if (study, other) in trajectories
    }
    return described(name, population, before) if len(before) == len(population.after) else None


def _finished(shelf: Library) -> list[str]:
    """List the runs that a library holds whole."""
    whole = [store for store in shelf.stores() if store.attributes.get("status") == "finished"]
    return [run for store in whole for run in store.runs]
