"""The study's populations, listed once and shared by its claims; costs follow from the list.

Weights of a checkpoint take 6.9 MB at 12,800 classes: the 26 checkpoints of five main runs and the 51 of the ciwl-only
run take some 1.3 GB.
"""

import functools
from collections.abc import Callable, Sequence
from typing import Any

from dynamicl.studies._experiment import experiments_on
from dynamicl.studies._populations import Dependent, Population, Populations, Trajectories
from dynamicl.studies._world_setting import data_property_runs, few, main_runs, whole_runs
from dynamicl.training import Recording, RunSpec

from ._networks import level_steps, serving_heads
from ._runs import (
    GRAFT_LEVELS,
    START_LEVELS,
    ciwl_only_runs,
    continued_runs,
    data_runs,
    dedicated_runs,
    forbidden_again_runs,
    forbidden_runs,
    foreign_runs,
    grafted_runs,
    heads_off_runs,
    icl_only_runs,
    interleaved_runs,
    large_runs,
    long_runs,
    matched_runs,
    mlp_runs,
    one_layer_runs,
    path_runs,
    position_runs,
)
from ._settings import Setting, setting

LARGE = ("mlp", "large")
"""Populations for a GPU."""


@functools.cache
def populations(scale: Setting) -> Populations:
    """List the populations: those that follow others after them."""
    plain, kept = scale.recording(), scale.main_recording
    counted = scale.recording(rare=("iwl",))
    pieces: dict[str, tuple[str, list[RunSpec], Recording]] = {
        "main": ("main runs", main_runs(scale), kept),
        "whole": ("main runs, prolonged", whole_runs(scale), scale.sparse()),
        "data_seeds": ("other data seeds", data_runs(scale), plain),
        "long": ("long run", long_runs(scale), counted),
        "ciwl_only": ("ciwl-only run", ciwl_only_runs(scale), scale.recording(checkpoints=scale.checkpoints)),
        "icl_only": ("icl-only runs", icl_only_runs(scale), plain),
        "matched": ("matched runs", matched_runs(scale), plain),
        "forbidden": ("barred from the previous token", forbidden_runs(scale), plain),
        "forbidden_again": ("barred, other initialisations", forbidden_again_runs(scale), plain),
        "one_layer": ("one layer", one_layer_runs(scale), plain),
        "positions": ("other positions", position_runs(scale), plain),
        "data": ("fewer classes or drawings", data_property_runs(scale), plain),
        "interleaved": ("interleaved classes", interleaved_runs(scale), plain),
        "dedicated": ("dedicated previous-token heads", dedicated_runs(scale), plain),
    }
    if scale.large:
        pieces["mlp"] = ("with MLPs", mlp_runs(scale), plain)
        pieces["large"] = ("12 layers, matched", large_runs(scale), plain)
    listed: dict[str, Population | Dependent] = {
        name: Population(f"coopetition: {title}", tuple(runs), recording)
        for name, (title, runs, recording) in pieces.items()
    }
    return listed | _dependents(scale, plain)


def _dependents(scale: Setting, plain: Recording) -> dict[str, Population | Dependent]:
    """List what follows from other runs."""

    def following(
        after: str, longest: Sequence[RunSpec], title: str, describe: Callable[[Any], list[RunSpec]]
    ) -> Dependent:
        def known(trajectories: Trajectories) -> Population:
            return Population(f"coopetition: {title}", tuple(describe(trajectories[after])), plain)

        return Dependent((after,), tuple(run.steps for run in longest), known)

    placeholder = [0] * (len(GRAFT_LEVELS) + 1)
    return {
        "grafted": following(
            "main",
            grafted_runs(scale, "", 0),
            "second half of a main run",
            lambda main: grafted_runs(scale, main.runs[0], main.checkpoints[-1]),
        ),
        "foreign": following(
            "main",
            foreign_runs(scale, "", 0),
            "second half of another initialisation",
            lambda main: foreign_runs(scale, main.runs[1 % len(main.runs)], main.checkpoints[-1]),
        ),
        "path": following(
            "ciwl_only",
            path_runs(scale, "", placeholder),
            "second halves of the ciwl-only run",
            functools.partial(_path, scale),
        ),
        "continued": following(
            "ciwl_only",
            [scale.world.run(0, 0)] * len(START_LEVELS),
            "bursty training from the ciwl-only run",
            lambda one: continued_runs(scale, one.runs[0], level_steps(one, START_LEVELS) or [0]),
        ),
        "heads_off": following(
            "main",
            heads_off_runs(scale, [(0,)] * len(few(scale))),
            "without the heads of a main run",
            lambda main: heads_off_runs(
                scale, [serving_heads(scale, main, i) for i in range(len(few(scale)))]
            ),
        ),
    }


def _path(scale: Setting, one: Any) -> list[RunSpec]:
    steps = sorted({*level_steps(one, GRAFT_LEVELS), one.checkpoints[-1]})
    return path_runs(scale, one.runs[0], steps)


experiment = experiments_on(setting, populations, sometimes=LARGE)
