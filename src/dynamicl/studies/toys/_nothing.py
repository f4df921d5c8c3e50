"""The loss of a toy that has learnt nothing: the level of its plateau."""

from collections.abc import Sequence

import jax
import numpy as np

from dynamicl.toys import VectorToy


def loss_of_nothing(toy: VectorToy, clamps: Sequence[str] = ()) -> np.ndarray:
    """Return the loss at the origin, clamped vectors at their truth, shape (run,)."""
    origin = jax.tree.map(lambda part: 0.0 * part, toy.truth)
    return np.asarray(toy.loss(toy.hold(origin, clamps)[0]))
