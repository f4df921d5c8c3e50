"""The study's populations, listed once and shared by its claims; costs follow from the list."""

import functools
from collections.abc import Callable

from dynamicl.studies._experiment import experiments_on
from dynamicl.studies._populations import Population, Populations
from dynamicl.training import RunSpec

from ._runs import (
    burst_runs,
    class_runs,
    multiplicity_runs,
    transient_runs,
    variation_runs,
    zipf_runs,
)
from ._settings import Setting, setting
from ._sweep import sweep_runs

RUNS: dict[str, tuple[str, Callable[[Setting], list[RunSpec]]]] = {
    "burst": ("bursty shares", burst_runs),
    "classes": ("fewer or more classes", class_runs),
    "zipf": ("skewed frequencies", zipf_runs),
    "multiplicity": ("several labels a class", multiplicity_runs),
    "variation": ("one drawing a class", variation_runs),
    "transient": ("few classes, half bursty", transient_runs),
    "sweep": ("architectures by rate and warm-up", sweep_runs),
}


@functools.cache
def populations(scale: Setting) -> Populations:
    """List the populations, the most widely read first."""
    return {
        name: Population(f"distribution: {title}", tuple(runs(scale)), scale.kept)
        for name, (title, runs) in RUNS.items()
    }


experiment = experiments_on(setting, populations)
