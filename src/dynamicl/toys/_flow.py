"""Gradient flow, the limit of small learning rates: what the analysis of a toy speaks about."""

import math
from collections.abc import Sequence
from typing import Any

import diffrax
import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from ._descent import S, ToyRun, loss_and_slope
from ._systems import System, as_single

MOST_STEPS = 1 << 16
"""Of the solver; a stiff flow that needs more is reported as diverged."""


def gradient_flow(
    system: S,
    start: Any,
    times: Float[Array, " time"],
    *,
    clamps: Sequence[str] = (),
    tolerance: float = 1e-6,
    stop_below: float | int | Float[Array, "*run"] = -math.inf,
) -> ToyRun[S]:
    """Follow the gradient flow; time is rate x steps.

    Every run has a step size of its own. The lengths |u|^2 - |v|^2 of any two vectors of one product are conserved.

    Args:
        system: What is trained; its arrays have the axes of the runs or broadcast against them.
        start: State to start from, shapes (*run).
        times: Times to report, finite, from 0 or later, strictly increasing, shape (time,).
        clamps: Names of what is held.
        tolerance: Relative and absolute tolerance of the adaptive solver, above 0.
        stop_below: A run whose loss is below this moves no further, which spares the solver a flow that has settled.
            By default none does.

    Returns:
        State and loss at the times; `diverged` where the solver gave up, with the last state that it reached from
        there on.

    Raises:
        ValueError: If a name is unknown, times do not increase from 0 or later, or the tolerance is not above 0.
    """
    places = _checked_times(times)
    if not 0 < tolerance < math.inf:
        raise ValueError(f"`tolerance` is {tolerance}; a number above 0 is allowed. 1e-6 is usual.")
    system = jax.tree.map(as_single, system)
    held, free = system.hold(jax.tree.map(as_single, start), clamps)
    shape = system.loss(held).shape

    def flat(part: Array) -> Array:
        return jnp.broadcast_to(part, shape).reshape(-1)

    systems, starts, ends = jax.tree.map(flat, (system, held, as_single(stop_below)))
    state, given_up = _compiled(systems, starts, ends, free, places, as_single(tolerance))
    state = jax.tree.map(lambda part: part.reshape(*shape, places.size), state)
    loss = jax.tree.map(lambda leaf: leaf[..., None], system).loss(state)
    updates = jnp.zeros(shape, dtype=jnp.int32)
    given_up = given_up.reshape(shape)
    stopped = ~given_up & (loss[..., -1] < stop_below)
    return ToyRun(system, places, loss, state, updates, stopped, given_up, updates)


def _checked_times(times: Any) -> Array:
    places = jnp.asarray(times, dtype=jnp.float32)
    # Asked for what is right, since every comparison with a NaN is false.
    if places.ndim != 1 or places.size < 1 or not bool(jnp.isfinite(places).all()):
        raise ValueError("`times` must be one dimension of finite times. Leave out what is none.")
    if not (float(places[0]) >= 0 and bool((jnp.diff(places) > 0).all())):
        raise ValueError("`times` must be strictly increasing times of at least 0. Sort them.")
    return places


def follow_flows(
    system: System, start: Any, stop_below: Array, free: Any, times: Array, tolerance: Array
) -> tuple[Any, Array]:
    """Follow one flow a row; `gradient_flow` without its checks, for use inside a compiled function.

    Args:
        system: Arrays of shape (run,).
        start: The same.
        stop_below: Loss below which a run moves no further, shape (run,).
        free: Mask of what may move.
        times: Times to report, shape (time,).
        tolerance: Of the solver.

    Returns:
        The states, shapes (run, time), and which runs the solver gave up: those stay at the last state reached.
    """

    def follow(system: System, start: Any, stop_below: Array) -> tuple[Any, Array]:
        def field(time: Any, state: Any, args: Any) -> Any:
            loss, slope = loss_and_slope(system, state)
            return jax.tree.map(
                lambda part, moves: jnp.where(moves & (loss >= stop_below), -part, 0.0), slope, free
            )

        path = diffrax.diffeqsolve(
            diffrax.ODETerm(field),
            diffrax.Tsit5(),
            t0=0.0,
            t1=times[-1],
            dt0=None,
            y0=start,
            saveat=diffrax.SaveAt(ts=times),
            stepsize_controller=diffrax.PIDController(rtol=tolerance, atol=tolerance),
            max_steps=MOST_STEPS,
            throw=False,
        )
        return _last_reached(path.ys, start), path.result != diffrax.RESULTS.successful

    return jax.vmap(follow)(system, start, stop_below)


def _last_reached(states: Any, start: Any) -> Any:
    """Put the last state reached where the solver left infinities, having given up; shapes (time,)."""
    finite = jnp.stack([jnp.isfinite(part) for part in jax.tree.leaves(states)]).all(axis=0)
    last = jax.lax.cummax(jnp.where(finite, jnp.arange(finite.size), -1))
    return jax.tree.map(
        lambda part, first: jnp.where(last >= 0, part[jnp.maximum(last, 0)], first), states, start
    )


_compiled = eqx.filter_jit(follow_flows)
