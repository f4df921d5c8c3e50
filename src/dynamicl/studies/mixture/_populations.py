"""The study's populations, listed once and shared by its claims; costs follow from the list.

Each is trained by itself and can be gone on with, so that a claim asks for no more than it needs.
"""

import dataclasses
import functools
import itertools
from collections.abc import Sequence

import numpy as np

from dynamicl.studies._experiment import experiments_on
from dynamicl.studies._populations import Dependent, Population, Populations, Trajectories
from dynamicl.training import OptimizerSpec, RunSpec

from ._cells import cell_runs, grid, independent, unequal
from ._readings import SOLVED, curves_of, first_above
from ._settings import IN_CONTEXT_SHARE, Data, Setting, descent, full, minimal, run, setting

PATIENCE = 5
"""With L = N, runs are this many times as long as it takes with L > N."""
BOTH = (0.5, 0.9)
"""p_B and p_C where both are learnt."""
OPTIMIZERS = {
    "sgd, decay": descent(),
    "sgd": descent(0.0),
    "adam, decay": OptimizerSpec("adam", 1e-3, decays=descent().decays),
    "adam": OptimizerSpec("adam", 1e-3, decays=descent(0.0).decays),
}
"""Of the runs that look for fading; Adam's rate is our own choice."""
DEPTHS = (1, 3)


def jump_data(scale: Setting) -> Data:
    """Return the data of Figures 3 and 4: four fifths of the sequences are of novel classes."""
    return Data(scale.classes, in_context=IN_CONTEXT_SHARE)


SOMETIMES = ("cells", "minimal_cells", "equal_full", "long")
"""Populations that scales leave out which are too small for them."""


@functools.cache
def populations(scale: Setting) -> Populations:
    """List the populations; what a scale leaves out is not among them."""
    seeds, few = range(scale.seeds), range(scale.cell_seeds)
    data, steps, short = jump_data(scale), scale.steps, scale.minimal_steps
    bursts = Data(scale.curve_classes, burst=2)
    # Figure A.2 has D = 64, the text 63.
    wider = dataclasses.replace(bursts, dimensions=scale.dimensions + 1)
    whole = grid(scale) if scale.whole_grid else ()
    runs_by_name = {
        "minimal": [run(scale, minimal(scale), data, seed, short) for seed in seeds],
        "minimal_bursts": [run(scale, minimal(scale), wider, seed, short) for seed in seeds],
        "two_parameters": [run(scale, minimal(scale, 2), data, seed, short) for seed in seeds],
        "curves": [run(scale, full(scale), bursts, seed, steps) for seed in seeds],
        "minimal_cells": cell_runs(scale, whole, of_minimal=True),
        "cells": cell_runs(scale, whole),
        "independent_cells": cell_runs(scale, independent(scale)),
        "unequal_cells": cell_runs(scale, unequal(scale)),
        "both": both_runs(scale),
        "depths": [
            run(scale, full(scale, hidden), Data(scale.many_classes, burst=0), seed, steps)
            for hidden, seed in itertools.product(DEPTHS, few)
        ],
        "equal_full": equal_full_runs(scale),
        "long": long_runs(scale) if scale.long_steps else [],
    }
    listed: dict[str, Population | Dependent] = {
        name: _population(scale, name, runs) for name, runs in runs_by_name.items() if runs
    }
    # Recorded as often as the others of the full network, so that the same runs can be gone on with.
    jumps = tuple(run(scale, full(scale), data, seed, scale.jump_steps) for seed in seeds)
    listed["standard"] = Population("mixture: standard", jumps, scale.recording(steps))
    listed["equal"] = Dependent(
        ("minimal",), (PATIENCE * short,) * scale.equal_seeds, functools.partial(_equal, scale)
    )
    return listed


experiment = experiments_on(setting, populations, sometimes=SOMETIMES)


def both_runs(scale: Setting) -> list[RunSpec]:
    """Describe the runs of Figure A.1: p_B outermost, then p_C, then seeds."""
    cells = itertools.product(BOTH, BOTH, range(scale.cell_seeds))
    return [
        run(
            scale,
            full(scale),
            Data(scale.classes, eps=0.0, bursty=bursty, in_context=in_context),
            seed,
            scale.steps,
        )
        for bursty, in_context, seed in cells
    ]


def equal_full_runs(scale: Setting) -> list[RunSpec]:
    """Describe the runs of Figure A.5: cells of (N, L) outermost, then seeds."""
    runs = []
    for (halves, multiple), seed in itertools.product(scale.lines, range(scale.equal_full_seeds)):
        pairs = scale.pairs * halves // 2
        data = Data(scale.classes, eps=0.0, in_context=IN_CONTEXT_SHARE, labels=pairs * multiple, pairs=pairs)
        runs.append(run(scale, full(scale), data, seed, scale.steps))
    return runs


def long_runs(scale: Setting) -> list[RunSpec]:
    """Describe the runs that look for fading: optimizers outermost, then seeds."""
    data = Data(scale.curve_classes, burst=2, further=("flip", "ciwl"))
    return [
        run(scale, full(scale), data, seed, scale.long_steps, optimizer)
        for optimizer, seed in itertools.product(OPTIMIZERS.values(), range(scale.cell_seeds))
    ]


def _population(scale: Setting, name: str, runs: Sequence[RunSpec]) -> Population:
    return Population(f"mixture: {name.replace('_', ' ')}", tuple(runs), scale.recording(runs[0].steps))


def patience(scale: Setting, trajectories: Trajectories) -> int:
    """Return how long runs with L = N are: a multiple of the median time that the minimal head takes with L > N.

    Where fewer than half of those runs get there, that time is their length: they are cut short.
    """
    return PATIENCE * max(1, round(min(time_with_more(scale, trajectories), scale.minimal_steps)))


def time_with_more(scale: Setting, trajectories: Trajectories) -> float:
    """Return the median time of the minimal head with L > N, in updates; infinite where half do not get there."""
    data = curves_of(scale, trajectories["minimal"])
    curves, steps = data["novel"].values, data["step"].values
    times = np.array([first_above(steps, curve, SOLVED) for curve in curves])
    return float(np.median(np.where(np.isfinite(times), times, np.inf)))


def _equal(scale: Setting, trajectories: Trajectories) -> Population:
    data = Data(scale.classes, in_context=IN_CONTEXT_SHARE, labels=scale.pairs)
    steps = patience(scale, trajectories)
    runs = [run(scale, minimal(scale), data, seed, steps) for seed in range(scale.equal_seeds)]
    return _population(scale, "equal", runs)
