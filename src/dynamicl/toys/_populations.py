"""The published toys, ready to run: products of vectors, and two mechanisms that share and compete."""

from collections.abc import Sequence

import jax.numpy as jnp
from jaxtyping import Array, Float, Key

from ._descent import ToyRun, descend
from ._mechanisms import And, Compete, Mechanism, Number, Or
from ._vectors import VectorToy, draw_toy


class ProductRun(ToyRun[VectorToy]):
    """What training products of vectors leaves, with the measures of each vector.

    Attributes:
        misalignment: 1 - cos^2 of each vector to its truth, shape (*run, time, vector).
        perfected_loss: Loss with the other vectors at their truth up to sign, shape (*run, time, vector).
    """

    misalignment: Float[Array, "*run time vector"]
    perfected_loss: Float[Array, "*run time vector"]


def descend_population(
    keys: Key[Array, " run"],
    *,
    dims: Sequence[int] = (20, 20, 20),
    clamps: Sequence[str] = (),
    steps: int = 1000,
    learning_rate: float | int = 1.0,
    every: int = 1,
) -> ProductRun:
    """Draw and train one product of vectors per key, all at once; equal keys give equal toys, whatever is clamped.

    Args:
        keys: Random keys, shape (run,).
        dims: Dimension of each vector; they are called "a", "b" and on.
        clamps: Names of vectors held at their truth.
        steps: Number of updates.
        learning_rate: Of plain gradient descent on the mean loss.
        every: Steps between records.

    Returns:
        Loss, state and measures at every recorded step.

    Raises:
        ValueError: As `descend` and `draw_toy`.

    References:
        Singh, thesis (2025), figures 4.6a and 4.7.
    """
    toy, start = draw_toy(keys, dims)
    run = descend(toy, start, clamps=clamps, steps=steps, learning_rate=learning_rate, every=every)
    timed = run.system.over_time()
    fields = {name: getattr(run, name) for name in ToyRun.__dataclass_fields__}
    return ProductRun(
        **fields, misalignment=timed.misalignment(run.state), perfected_loss=timed.perfected_loss(run.state)
    )


MECHANISM_1 = "a b c"
"""Label of the coopetition toy's term for in-context learning."""
MECHANISM_2 = "d b c"
"""Label of its term for context-constrained in-weights learning."""
COMPETITION = "a against d"
"""Label of the price of having both."""
COOPETITION_SIZES = {"a": 20, "b": 20, "c": 20, "d": 160}


def coopetition(offset: Number = 0.1, competition: Number = 0.1) -> Mechanism:
    """Return the toy of two mechanisms that share b and c, while a and d compete.

    Args:
        offset: mu1, what the first mechanism cannot remove; the second is preferred in the end where it is positive.
        competition: alpha, the weight of the competition.

    Returns:
        The loss (M1 + mu1) M2 + alpha C.

    Raises:
        ValueError: If one of them is below 0, where the loss has no lowest value.

    References:
        Singh, thesis (2025), equations 5.1 to 5.3, figure 5.9a.
    """
    for name, value in (("offset", offset), ("competition", competition)):
        if not bool((jnp.asarray(value) >= 0).all()):
            raise ValueError(f"`{name}` is {value}; numbers of at least 0 are allowed. 0.1 is published.")
    first, second = And("a", "b", "c"), And("d", "b", "c")
    return Or(first + offset, second) + competition * Compete("a", "d")
