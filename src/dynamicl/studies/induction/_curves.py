"""Loss curves by axes with names, and what is read off them: learning time, duration of the drop, shape."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from dynamicl.statistics import Criterion, crossing, find_transition, fit_exponential
from dynamicl.store import Trajectory

from ._settings import Setting

LOG2 = float(np.log(2))
LEARNT = 0.4 * LOG2
"""The documents' learning time ends where the loss first falls below this (thesis, Figure C.6)."""
ONSET, END = 0.9 * LOG2, 0.1 * LOG2
"""Between these the loss drops: the same levels for every curve, whether or not it has a plateau."""
WAITS = Criterion().significance
"""Largest p-value of a wait: the first criterion of `find_transition`, by itself the thesis' "reverse S"."""
FLOOR = 0.05
"""An exponential is fitted until the loss has fallen to this share of its start."""


def stack_runs(trajectory: Trajectory, scale: Setting, **axes: Sequence[Any]) -> xr.Dataset:
    """Arrange runs, in the order in which they were described, along axes with names.

    Args:
        trajectory: as many runs as the axes' lengths multiply to; the last axis varies fastest.
        scale: the scale's numbers.
        axes: coordinates by name.

    Returns:
        `loss`, `loss_error`, `train_loss`, `accuracy` on training sequences along the axes and `sequences`
        (published).
    """
    data = trajectory.dataset.sel(evaluator="train")
    shape = tuple(len(values) for values in axes.values())
    curves = {}
    for name in ("loss", "loss_error", "train_loss", "accuracy"):
        rows = data[name].transpose("run", "step").values
        curves[name] = ((*axes, "sequences"), rows.reshape(*shape, -1))
    coords = {name: list(values) for name, values in axes.items()}
    return xr.Dataset(curves, coords | {"sequences": scale.published(data["step"].values)})


def learning_times(loss: xr.DataArray, level: float = LEARNT) -> xr.Dataset:
    """Return `time` (published sequences until the loss is below a level) and `observed` along the other axes.

    A run that does not get there has its last evaluation as `time`, a lower bound, and is not `observed`.
    """
    curves = loss.transpose(..., "sequences")
    rest = curves.dims[:-1]
    times, observed = np.empty(curves.shape[:-1]), np.empty(curves.shape[:-1], bool)
    for place in np.ndindex(times.shape):
        passed = crossing(loss["sequences"].values, curves.values[place], level)
        times[place], observed[place] = passed.time, passed.observed
    coords = {name: loss[name].values for name in rest}
    return xr.Dataset({"time": (rest, times), "observed": (rest, observed)}, coords)


def unlearnt(learnt: xr.DataArray, what: str = "runs") -> str:
    """Say how many times are lower bounds, of runs that do not learn; nothing where all do."""
    count = int((~learnt).sum())
    return f"{count} {what} do not learn in their time" if count else ""


class Shape(NamedTuple):
    """The shape of one loss curve.

    Attributes:
        jump: whether `find_transition` finds a phase change.
        waits: whether at least the first of its criteria holds: the curve lies above its convex hull by more than
            noise explains, as no exponential does.
        plateau: loss before the jump, nats (NaN without one).
        onset: published sequences until the loss is below 0.9 log 2.
        duration: from there to below 0.1 log 2 (NaN where it does not get there).
        straightness: share of the log loss' variance that an exponential explains, from the start to 5 % of it.
    """

    jump: bool
    waits: bool
    plateau: float
    onset: float
    duration: float
    straightness: float


def shape(sequences: ArrayLike, loss: ArrayLike, error: ArrayLike | None = None) -> Shape:
    """Describe a loss curve.

    Args:
        sequences: published sequences of each evaluation.
        loss: nats; evaluations that are NaN are left out.
        error: standard error of each loss.
    """
    x, y = np.asarray(sequences, float), np.asarray(loss, float)
    there = np.isfinite(y)
    x, y = x[there], y[there]
    error = None if error is None else np.asarray(error, float)[there]
    drop = find_transition(x, y, standard_error=error, direction="falling")
    start, end = crossing(x, y, ONSET), crossing(x, y, END)
    duration = end.time - start.time if end.observed else float("nan")
    fallen = int(np.argmax(y < FLOOR * y[0])) + 1 if (y < FLOOR * y[0]).any() else len(y)
    fitted = max(fallen, 3)
    line = fit_exponential(x[:fitted], np.maximum(y[:fitted], 1e-12))
    plateau = drop.before.value if drop.before else float("nan")
    waits = drop.p_value <= WAITS
    return Shape(drop.found, waits, plateau, start.time, duration, line.r_squared)


def shapes(curves: xr.Dataset) -> xr.Dataset:
    """Describe every curve of `stack_runs`; one variable a field of `Shape`."""
    rest = [dim for dim in curves["loss"].dims if dim != "sequences"]
    loss, error = (curves[name].transpose(..., "sequences").values for name in ("loss", "loss_error"))
    sequences = curves["sequences"].values
    tables = {name: np.empty(loss.shape[:-1], kind) for name, kind in Shape.__annotations__.items()}
    for place in np.ndindex(loss.shape[:-1]):
        described = shape(sequences, loss[place], error[place])._asdict()
        for name, value in described.items():
            tables[name][place] = value
    coords = {str(name): curves[name].values for name in rest}
    return xr.Dataset({name: (rest, table) for name, table in tables.items()}, coords)
