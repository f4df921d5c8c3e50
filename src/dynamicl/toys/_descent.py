"""Gradient descent on a toy: thousands of runs in one compiled loop, each stopped or frozen on its own.

A thousand toys of two mechanisms take 16,000 steps in a few seconds on one core.
"""

import math
from collections.abc import Sequence
from typing import Any, Generic, TypeVar

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int

from ._systems import System, as_single

S = TypeVar("S", bound=System)
DIVERGED = 1e3
"""A run has diverged when its loss is above that of its start by nearly so many times as much, or no number."""
OVERSHOT = 1e-4
"""An update that raises the loss by more than this share of it is no rounding: the rate is too large there."""


class ToyRun(eqx.Module, Generic[S]):
    """What training leaves, for one run or with the axes of the runs in front.

    Attributes:
        system: What was trained.
        time: Steps for descent, rate x steps for the flow, shape (time,).
        loss: At those times, shape (*run, time); of a run that has ended, its last.
        state: At those times, every part of shape (*run, time).
        updates: Number of updates taken, shape (*run); none is counted for the flow.
        stopped: Whether the loss fell below what was to end training.
        diverged: Whether the next update would have been too large; the state is the last healthy one.
        overshot: Number of updates that raised the loss, shape (*run). A rate that suits has none or few; one that is
            too large may oscillate for ever without diverging. None is counted for the flow.
    """

    system: S
    time: Float[Array, " time"] | Int[Array, " time"]
    loss: Float[Array, "*run time"]
    state: Any
    updates: Int[Array, "*run"]
    stopped: Bool[Array, "*run"]
    diverged: Bool[Array, "*run"]
    overshot: Int[Array, "*run"]

    @property
    def end(self) -> Any:
        """The state at the last time, shapes (*run)."""
        return jax.tree.map(lambda part: part[..., -1], self.state)


class _Moment(eqx.Module):
    """Where all runs are in the middle of training."""

    state: Any
    loss: Array
    slope: Any
    updates: Array
    stopped: Array
    diverged: Array
    overshot: Array

    @property
    def running(self) -> Array:
        return ~(self.stopped | self.diverged)


def descend(
    system: S,
    start: Any,
    *,
    clamps: Sequence[str] = (),
    steps: int = 1000,
    learning_rate: float | int | Float[Array, "*run"] = 1.0,
    every: int = 1,
    stop_below: float | int = -math.inf,
) -> ToyRun[S]:
    """Train by gradient descent.

    Args:
        system: What is trained; its arrays have the axes of the runs or broadcast against them.
        start: State to start from, shapes (*run).
        clamps: Names of what is held (vectors at their truth, logits at their start).
        steps: Number of updates, a multiple of `every`.
        learning_rate: Of plain gradient descent, one or one a run.
        every: Steps between records.
        stop_below: A run whose loss is below this takes no further step; when none is left, neither does the program.
            By default none stops.

    Returns:
        State and loss at step 0, `every`, 2 `every` and on.

    Raises:
        ValueError: If a name is unknown, or steps, rate or `every` are not allowed.

    References:
        Singh, thesis (2025), figures 4.6a and 5.9a, appendix D.2 (rate 1, stopped below 1e-6).
    """
    rate = _check(steps, every, learning_rate)
    system = jax.tree.map(as_single, system)
    held, free = system.hold(jax.tree.map(as_single, start), clamps)
    shape = jnp.broadcast_shapes(system.loss(held).shape, rate.shape)
    held = jax.tree.map(lambda part: jnp.broadcast_to(part, shape), held)
    records, moment = _descend(system, held, free, rate, steps // every, every, jnp.float32(stop_below))
    loss, state = jax.tree.map(lambda part: jnp.moveaxis(part, 0, -1), records)
    time = jnp.arange(0, steps + 1, every)
    return ToyRun(system, time, loss, state, moment.updates, moment.stopped, moment.diverged, moment.overshot)


def _check(steps: int, every: int, learning_rate: Any) -> Array:
    if steps < 1 or every < 1 or steps % every:
        raise ValueError(
            f"`steps` is {steps} with `every` {every}; a positive multiple of it is allowed. The documents take "
            "1000 or 16000."
        )
    rate = as_single(learning_rate)
    if not bool((rate > 0).all()):
        raise ValueError(
            f"`learning_rate` is {learning_rate}; a positive number is allowed. The documents take 1."
        )
    return rate


def loss_and_slope(system: System, state: Any) -> tuple[Array, Any]:
    """Return each run's loss and its gradient; runs never mix, so the sum's gradient is each run's own."""

    def total(state: Any) -> tuple[Array, Array]:
        loss = system.loss(state)
        return jnp.sum(loss), loss

    slope, loss = jax.grad(total, has_aux=True)(state)
    return loss, slope


@eqx.filter_jit
def _descend(
    system: System, start: Any, free: Any, rate: Array, records: int, every: int, stop_below: Array
) -> tuple[Any, _Moment]:
    loss, slope = loss_and_slope(system, start)
    shape = loss.shape
    limit = loss + (DIVERGED - 1) * jnp.abs(loss)
    nothing = jnp.zeros(shape, dtype=bool)
    none = jnp.zeros(shape, dtype=jnp.int32)
    first = _Moment(start, loss, slope, none, loss < stop_below, nothing, none)

    def update(_: Any, now: _Moment) -> _Moment:
        there = jax.tree.map(
            lambda s, g, moves: jnp.where(moves, s - rate * g, s), now.state, now.slope, free
        )
        loss, slope = loss_and_slope(system, there)
        # Written so that a loss that is no number is not healthy.
        healthy = loss <= limit
        moved = now.running & healthy
        rose = moved & (loss > now.loss + OVERSHOT * jnp.abs(now.loss))
        state, loss, slope = jax.tree.map(
            lambda new, old: jnp.where(moved, new, old),
            (there, loss, slope),
            (now.state, now.loss, now.slope),
        )
        return _Moment(
            state,
            loss,
            slope,
            now.updates + moved.astype(jnp.int32),
            now.stopped | (moved & (loss < stop_below)),
            now.diverged | (now.running & ~healthy),
            now.overshot + rose.astype(jnp.int32),
        )

    def record(carry: tuple[Array, Any, _Moment]) -> tuple[Array, Any, _Moment]:
        index, kept, now = carry
        now = jax.lax.fori_loop(0, every, update, now)
        kept = jax.tree.map(lambda buffer, part: buffer.at[index].set(part), kept, (now.loss, now.state))
        return index + 1, kept, now

    def goes_on(carry: tuple[Array, Any, _Moment]) -> Array:
        return (carry[0] <= records) & carry[2].running.any()

    kept = jax.tree.map(lambda part: jnp.zeros((records + 1, *shape)).at[0].set(part), (loss, start))
    index, kept, end = jax.lax.while_loop(goes_on, record, (jnp.int32(1), kept, first))
    # What came after the last run's end was never computed.
    after = (jnp.arange(records + 1) >= index).reshape(-1, *(1,) * len(shape))
    kept = jax.tree.map(lambda buffer, part: jnp.where(after, part, buffer), kept, (end.loss, end.state))
    return kept, end
