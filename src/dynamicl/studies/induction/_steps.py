"""How long a step takes: seconds of functions of one run, called in turns so that a machine's moods hit them alike."""

import time
from collections.abc import Callable, Mapping

import jax
import numpy as np

from dynamicl.training import Learner, RunSpec, network_of


def learner_of(spec: RunSpec) -> Learner:
    """Return the four functions of one run, outside any population."""
    prepared = spec.task.prepare()
    return Learner(spec, prepared, network_of(spec, prepared))


def seconds_of(
    functions: Mapping[str, tuple[Callable[[], object], int]], repeats: int
) -> dict[str, np.ndarray]:
    """Time functions in turns.

    Args:
        functions: by name what is called, returning arrays, and how often in a row.
        repeats: rounds; one more comes first, in which what can be compiled is compiled.

    Returns:
        By name seconds a call, shape (repeats,).
    """
    seconds = {name: np.empty(repeats) for name in functions}
    for repeat in range(-1, repeats):
        for name, (function, calls) in functions.items():
            begin = time.perf_counter()
            for _ in range(calls):
                result = function()
            jax.block_until_ready(result)
            if repeat >= 0:
                seconds[name][repeat] = (time.perf_counter() - begin) / calls
    return seconds
