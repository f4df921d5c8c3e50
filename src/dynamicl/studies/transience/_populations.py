"""The study's populations, listed once and shared by its claims and with the coopetition study; costs follow."""

import functools
from collections.abc import Callable

from dynamicl.studies._abilities import Ability, abilities
from dynamicl.studies._experiment import experiments_on
from dynamicl.studies._populations import Dependent, Population, Populations, Trajectories
from dynamicl.studies._world_setting import whole_runs
from dynamicl.training import RunSpec

from ._runs import (
    SELECTED,
    curves,
    depth_runs,
    drawing_runs,
    icl_only_runs,
    iwl_only_runs,
    l2_runs,
    selective_runs,
    size_runs,
    width_runs,
    zipf_runs,
)
from ._settings import Setting, setting
from ._token_data import token_runs

RUNS: dict[str, tuple[str, Callable[[Setting], list[RunSpec]]]] = {
    "exemplars": ("fewer drawings", drawing_runs),
    "classes": ("other numbers of classes and drawings", size_runs),
    "l2": ("penalties on all weights", l2_runs),
    "zipf": ("skewed frequencies", zipf_runs),
    "width": ("widths", width_runs),
}
ISOLATED: dict[str, tuple[str, Callable[[Setting], list[RunSpec]]]] = {
    "icl_only": ("in-context-only data", icl_only_runs),
    "iwl_only": ("in-weights-only data", iwl_only_runs),
}


@functools.cache
def populations(scale: Setting) -> Populations:
    """List the populations; at scales without deep networks there is no `depth`."""
    chosen = RUNS | ({"depth": ("depths", depth_runs)} if scale.depths else {})
    long = scale.sparse(whole=False)
    listed: dict[str, Population | Dependent] = {
        "whole": Population("transience: main runs, prolonged", tuple(whole_runs(scale)), scale.sparse())
    }
    for pieces, recording in ((chosen, long), (ISOLATED, scale.recording())):
        for name, (title, runs) in pieces.items():
            listed[name] = Population(f"transience: {title}", tuple(runs(scale)), recording)
    tokens = tuple(token_runs(scale))
    if tokens:
        listed["tokens"] = Population("transience: token embeddings", tokens, scale.recording())
    steps = round(scale.long * scale.world.steps)
    describe = functools.partial(_selective, scale)
    return listed | {"selective": Dependent(("l2",), (steps,) * len(SELECTED), describe)}


def _selective(scale: Setting, trajectories: Trajectories) -> Population:
    runs = selective_runs(scale, keeping_strength(scale, trajectories))
    return Population("transience: penalties on parts", tuple(runs), scale.sparse(whole=False))


def keeping_strength(scale: Setting, trajectories: Trajectories) -> float:
    """Return the strength of the penalty on all weights that keeps in-context learning best.

    Among runs in which it appears, the one that loses least after its peak; where it appears in none, the weakest.
    """
    data = curves(trajectories["l2"], scale, strength=scale.strengths)
    runs = abilities(data)

    def lost(pair: tuple[float, Ability]) -> tuple[bool, float]:
        return not pair[1].appears, pair[1].lost if pair[1].appears else 0.0

    return min(zip(scale.strengths, runs, strict=True), key=lost)[0]


experiment = experiments_on(setting, populations, sometimes=("depth", "tokens"))
