"""How fast toys are trained, for the benchmark."""

import time

import jax
import numpy as np

from ._descent import descend
from ._populations import COOPETITION_SIZES, coopetition
from ._vectors import draw_toy


def time_coopetition(runs: int = 1000, steps: int = 16_000) -> dict[str, float]:
    """Time the toy of two mechanisms that compete, compiling included.

    Args:
        runs: toys, trained all at once.
        steps: updates of each.

    Returns:
        `runs`, `steps`, `seconds`, and `run_steps_per_s`.
    """
    began = time.perf_counter()
    toy, start = draw_toy(jax.random.split(jax.random.key(0), runs), COOPETITION_SIZES, coopetition())
    run = descend(toy, start, steps=steps, every=steps)
    np.asarray(run.loss)
    seconds = time.perf_counter() - began
    return {
        "runs": float(runs),
        "steps": float(steps),
        "seconds": seconds,
        "run_steps_per_s": runs * steps / seconds,
    }
