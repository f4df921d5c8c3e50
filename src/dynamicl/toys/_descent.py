"""Training the vector toy: gradient descent in one compiled loop, populations by vmap, and gradient flow."""

from collections.abc import Sequence
from typing import Any

import diffrax
import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Key

from ._vectors import Vectors, VectorToy, draw_toy


class ToyRun(eqx.Module):
    """What a toy's training leaves; a population has one more axis in front.

    Attributes:
        loss: Before training and after every step, shape (time,).
        misalignment: 1 - cos^2 of each vector to its truth, shape (time, vector).
        perfected_loss: Loss with the other vectors at their truth up to sign, shape (time, vector).
        vectors: At the end.
    """

    loss: Float[Array, " time"]
    misalignment: Float[Array, "time vector"]
    perfected_loss: Float[Array, "time vector"]
    vectors: Vectors


def _measure(toy: VectorToy, vectors: Vectors) -> tuple[Array, Array, Array]:
    return toy.loss(vectors), toy.misalignment(vectors), toy.perfected_loss(vectors)


def _slope(toy: VectorToy, vectors: Vectors, held: Bool[Array, " vector"]) -> Vectors:
    """Gradient of the loss, nothing for vectors that are held."""
    slope = jax.grad(toy.loss)(vectors)
    return tuple(jnp.where(held[i], 0.0, part) for i, part in enumerate(slope))


@eqx.filter_jit
def _descend(toy: VectorToy, start: Vectors, held: Array, learning_rate: Array, steps: int) -> ToyRun:
    def step(vectors: Vectors, _: None) -> tuple[Vectors, tuple[Array, Array, Array]]:
        slope = _slope(toy, vectors, held)
        return tuple(v - learning_rate * s for v, s in zip(vectors, slope, strict=True)), _measure(
            toy, vectors
        )

    end, before = jax.lax.scan(step, toy.clamp(start, held), None, length=steps)
    loss, misalignment, perfected = jax.tree.map(
        lambda curve, last: jnp.concatenate([curve, last[None]]), before, _measure(toy, end)
    )
    return ToyRun(loss, misalignment, perfected, end)


def _check(steps: int, learning_rate: float | int) -> None:
    if steps < 1:
        raise ValueError(
            f"`steps` is {steps}; a whole number of at least 1 is allowed. The documents take 1000."
        )
    if not learning_rate > 0:
        raise ValueError(
            f"`learning_rate` is {learning_rate}; a positive number is allowed. The documents take 1."
        )


def descend(
    toy: VectorToy,
    start: Vectors,
    *,
    clamps: Sequence[str] = (),
    steps: int = 1000,
    learning_rate: float | int = 1.0,
) -> ToyRun:
    """Train by gradient descent, the named vectors held at their truth from the start on.

    Args:
        toy: What is to be learnt.
        start: Vectors to start from, shapes as the truths.
        clamps: Names of vectors held at their truth.
        steps: Number of updates.
        learning_rate: Of plain gradient descent on the mean loss.

    Returns:
        Loss and measures before training and after every step.

    Raises:
        ValueError: If a name is unknown, or steps or rate are not positive.

    References:
        Singh, thesis (2025), figures 4.6a and 4.7 (rate 1, 1000 steps).
    """
    _check(steps, learning_rate)
    return _descend(toy, start, toy.mask(clamps), jnp.asarray(learning_rate), steps)


def descend_population(
    keys: Key[Array, " run"],
    *,
    dims: Sequence[int] = (20, 20, 20),
    clamps: Sequence[str] = (),
    steps: int = 1000,
    learning_rate: float | int = 1.0,
) -> ToyRun:
    """Draw and train one toy per key, all at once; equal keys give equal toys, whatever is clamped.

    Args:
        keys: Random keys, shape (run,).
        dims: Dimension of each vector.
        clamps: Names of vectors held at their truth.
        steps: Number of updates.
        learning_rate: Of plain gradient descent on the mean loss.

    Returns:
        A `ToyRun` whose arrays have a leading axis `run`.

    Raises:
        ValueError: As `descend` and `draw_toy`.
    """
    _check(steps, learning_rate)
    toys, starts = jax.vmap(lambda key: draw_toy(key, dims))(keys)
    held = toys.mask(clamps)
    return jax.vmap(lambda toy, start: _descend(toy, start, held, jnp.asarray(learning_rate), steps))(
        toys, starts
    )


@eqx.filter_jit
def _flow(toy: VectorToy, start: Vectors, held: Array, times: Array, tolerance: float) -> ToyRun:
    def field(time: Any, vectors: Any, args: Any) -> Any:
        return tuple(-part for part in _slope(toy, vectors, held))

    path = diffrax.diffeqsolve(
        diffrax.ODETerm(field),
        diffrax.Tsit5(),
        t0=0.0,
        t1=times[-1],
        dt0=None,
        y0=toy.clamp(start, held),
        saveat=diffrax.SaveAt(ts=times),
        stepsize_controller=diffrax.PIDController(rtol=tolerance, atol=tolerance),
        max_steps=16384,
    )
    loss, misalignment, perfected = jax.vmap(lambda vectors: _measure(toy, vectors))(path.ys)
    return ToyRun(loss, misalignment, perfected, jax.tree.map(lambda y: y[-1], path.ys))


def gradient_flow(
    toy: VectorToy,
    start: Vectors,
    times: Float[Array, " time"],
    *,
    clamps: Sequence[str] = (),
    tolerance: float = 1e-6,
) -> ToyRun:
    """Follow the gradient flow, the limit of small learning rates; time is rate x steps.

    Args:
        toy: What is to be learnt.
        start: Vectors to start from.
        times: Times to report, from 0 or later, strictly increasing, shape (time,).
        clamps: Names of vectors held at their truth.
        tolerance: Relative and absolute tolerance of the adaptive solver.

    Returns:
        Loss and measures at the times.

    Raises:
        ValueError: If a name is unknown or times do not increase from 0 or later.
    """
    places = jnp.asarray(times, dtype=jnp.float32)
    if places.ndim != 1 or places.size < 1 or float(places[0]) < 0 or bool((jnp.diff(places) <= 0).any()):
        raise ValueError(
            "`times` must be one dimension of strictly increasing times of at least 0. Sort them."
        )
    return _flow(toy, start, toy.mask(clamps), places, tolerance)
