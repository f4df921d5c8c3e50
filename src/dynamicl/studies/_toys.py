"""What studies of toys share: times read off curves without noise, many at once, and the level of a plateau."""

import jax
import numpy as np
from numpy.typing import ArrayLike

from dynamicl.toys import VectorToy


def first_below(time: ArrayLike, curves: ArrayLike, level: ArrayLike | float) -> np.ndarray:
    """Return when each curve first lies at or below its level; infinity where it never does.

    Args:
        time: Shape (time,).
        curves: Shape (run, time).
        level: One, or one a run.

    Returns:
        Shape (run,), interpolated linearly between records.
    """
    places, values = np.asarray(time, float), np.asarray(curves, float)
    levels = np.broadcast_to(np.asarray(level, float), values.shape[:1])
    below = values <= levels[:, None]
    index = below.argmax(axis=1)
    before = np.maximum(index - 1, 0)
    rows = np.arange(len(values))
    fall = values[rows, before] - values[rows, index]
    share = np.where(fall > 0, (values[rows, before] - levels) / np.where(fall > 0, fall, 1), 1.0)
    times = np.where(index > 0, places[before] + share * (places[index] - places[before]), places[0])
    return np.where(below.any(axis=1), times, np.inf)


def plateau_index(time: ArrayLike, curve: ArrayLike, level: float) -> float:
    """Return t10 / t90 of a curve's fall from a level to 0, times counted from when it comes down to that level.

    A single exponential has .046, whatever its rate. NaN where nine tenths of the fall are not done by the end.

    Args:
        time: Shape (time,).
        curve: Shape (time,).
        level: Where the phase starts: for a loss, that of a toy that has learnt nothing.
    """
    row = np.asarray(curve, float)[None]
    start, early, late = (float(first_below(time, row, share * level)[0]) for share in (1.0, 0.9, 0.1))
    learnt = np.isfinite(late) and late > start
    return (early - start) / (late - start) if learnt else float("nan")


def loss_of_nothing(toy: VectorToy) -> np.ndarray:
    """Return the loss of a toy that has learnt nothing, the level of its plateau, shape (run,)."""
    origin = jax.tree.map(lambda part: 0.0 * part, toy.truth)
    return np.asarray(toy.loss(origin))
