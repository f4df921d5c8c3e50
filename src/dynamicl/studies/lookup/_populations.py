"""The study's populations, listed once and shared by its claims; costs follow from the list."""

import functools
from collections.abc import Callable
from typing import Any

from dynamicl.studies._experiment import experiments_on
from dynamicl.studies._populations import Dependent, Population, Populations, Trajectories
from dynamicl.training import RunSpec

from ._forks import (
    control_runs,
    fork_recording,
    fork_runs,
    neighbour_runs,
    neighbour_steps,
    parent_recording,
    parent_runs,
    parents,
    short_parent,
)
from ._settings import Setting, main_runs, other_batch_runs, runs_of_one, setting

CHECKPOINTS = 3
"""Evaluations from one checkpoint of the runs from scratch to the next."""
OF_FORKS = ("one_head", "parents", "forks")


@functools.cache
def populations(scale: Setting) -> Populations:
    """List the populations: those that follow others after them. Numbers of forks are those made at most."""
    scratch, plain = scale.recording(CHECKPOINTS), scale.recording()
    one = _fork_lengths(scale, scale.models * scale.fork_steps * scale.forks)
    near = _fork_lengths(scale, scale.neighbours * scale.neighbour_forks)
    return {
        "one_head": Population("lookup: one-head runs", tuple(main_runs(scale)), scratch),
        "two_heads": Population("lookup: two-head runs", tuple(main_runs(scale, 2)), scratch),
        "other_batch": Population("lookup: other batch size", tuple(other_batch_runs(scale)), plain),
        "one_start": Dependent(
            OF_FORKS[:1], _fork_lengths(scale, scale.data_seeds), functools.partial(_one_start, scale)
        ),
        "parents": Dependent(OF_FORKS[:1], (scale.steps,) * scale.models, functools.partial(_parents, scale)),
        "forks": Dependent(
            OF_FORKS[:2], one, functools.partial(_following, scale, "forks", fork_runs, fork_recording(scale))
        ),
        "short_parent": Dependent(OF_FORKS, (scale.steps,), functools.partial(_short_parent, scale)),
        "neighbours": Dependent(
            (*OF_FORKS, "short_parent"),
            near,
            functools.partial(_following, scale, "forks at neighbouring steps", neighbour_runs, plain),
        ),
        "controls": Dependent(
            OF_FORKS[:2],
            (scale.steps,) * (2 * scale.models),
            functools.partial(_following, scale, "forks under the parent's own data", control_runs, plain),
        ),
    }


experiment = experiments_on(setting, populations)


def _fork_lengths(scale: Setting, forks: int) -> tuple[int, ...]:
    return (scale.fork_end,) * forks


def _one_start(scale: Setting, trajectories: Trajectories) -> Population:
    first = parents(scale, trajectories).seeds[0]
    title = "lookup: one initialisation, many data seeds"
    return Population(title, tuple(runs_of_one(scale, first)), scale.recording())


def _parents(scale: Setting, trajectories: Trajectories) -> Population:
    chosen = parents(scale, trajectories)
    every = {step for steps in chosen.at for step in steps}
    recording = parent_recording(scale, tuple(sorted(every)))
    return Population("lookup: parents of forks", tuple(parent_runs(scale, chosen)), recording)


def _short_parent(scale: Setting, trajectories: Trajectories) -> Population:
    recording = parent_recording(scale, neighbour_steps(scale, trajectories))
    runs = (short_parent(scale, trajectories),)
    return Population("lookup: parent of neighbouring forks", runs, recording)


def _following(
    scale: Setting,
    title: str,
    describe: Callable[[Setting, Trajectories], list[RunSpec]],
    recording: Any,
    trajectories: Trajectories,
) -> Population:
    return Population(f"lookup: {title}", tuple(describe(scale, trajectories)), recording)
