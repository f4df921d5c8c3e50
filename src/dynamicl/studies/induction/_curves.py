"""Loss curves by axes with names, and what is read off them: learning time, duration of the drop, shape."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from dynamicl.statistics import (
    Criterion,
    Crossing,
    Interval,
    crossing,
    find_transition,
    fit_exponential,
    mean_interval,
)
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


def stack_runs(trajectory: Trajectory, chosen: Setting, **axes: Sequence[Any]) -> xr.Dataset:
    """Arrange runs, in the order in which they were asked for, along axes with names.

    Args:
        trajectory: as many runs as the axes' lengths multiply to; the last axis varies fastest.
        chosen: the scale's numbers.
        axes: coordinates by name.

    Returns:
        `loss`, `loss_error`, `train_loss`, `accuracy` on training sequences along the axes and `sequences`
        (published).
    """
    data = trajectory.dataset.sel(evaluator="train")
    shape = tuple(len(values) for values in axes.values())
    kept = {
        name: ((*axes, "sequences"), data[name].transpose("run", "step").values.reshape(*shape, -1))
        for name in ("loss", "loss_error", "train_loss", "accuracy")
    }
    return xr.Dataset(
        kept, {k: list(v) for k, v in axes.items()} | {"sequences": chosen.published(data["step"].values)}
    )


def learning_times(loss: xr.DataArray, level: float = LEARNT) -> xr.Dataset:
    """Return `time` (published sequences until the loss is below a level) and `observed` along the other axes.

    A run that does not get there has its last evaluation as `time`, a lower bound, and is not `observed`.
    """
    sequences = loss["sequences"].values
    found = _along(lambda curve: crossing(sequences, curve, level), loss)
    rest = [dim for dim in loss.dims if dim != "sequences"]
    coords = {name: loss[name].values for name in rest}
    times = np.vectorize(lambda c: c.time, otypes=[float])(found)
    observed = np.vectorize(lambda c: c.observed, otypes=[bool])(found)
    return xr.Dataset({"time": (rest, times), "observed": (rest, observed)}, coords)


def _along(function: Any, loss: xr.DataArray) -> np.ndarray:
    """Apply a function to every curve; an array of objects over the axes besides `sequences`."""
    values = loss.transpose(..., "sequences").values
    found = np.empty(values.shape[:-1], object)
    for place in np.ndindex(found.shape):
        # As an element, a tuple would be taken for another axis.
        found[place] = _Held(function(values[place]))
    return found


class _Held:
    """Keeps a named tuple whole inside an array of objects."""

    def __init__(self, value: Crossing):
        self.time, self.observed = value.time, value.observed


def ratio(first: ArrayLike, second: ArrayLike) -> Interval:
    """Estimate the typical ratio of paired times: geometric mean with Student's t interval of the logs."""
    logs = np.log(np.asarray(first, float) / np.asarray(second, float)).ravel()
    return Interval(*(float(np.exp(end)) for end in mean_interval(logs)))


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
    found = find_transition(x, y, standard_error=error, direction="falling")
    start, end = crossing(x, y, ONSET), crossing(x, y, END)
    duration = end.time - start.time if end.observed else float("nan")
    fallen = int(np.argmax(y < FLOOR * y[0])) + 1 if (y < FLOOR * y[0]).any() else len(y)
    fitted = max(fallen, 3)
    line = fit_exponential(x[:fitted], np.maximum(y[:fitted], 1e-12))
    plateau = found.before.value if found.before else float("nan")
    waits = found.p_value <= WAITS
    return Shape(found.found, waits, plateau, start.time, duration, line.r_squared)


def shapes(curves: xr.Dataset) -> xr.Dataset:
    """Describe every curve of `stack_runs`; one variable a field of `Shape`."""
    rest = [dim for dim in curves["loss"].dims if dim != "sequences"]
    loss, error = (curves[name].transpose(..., "sequences").values for name in ("loss", "loss_error"))
    sequences = curves["sequences"].values
    names = Shape._fields
    tables = {name: np.empty(loss.shape[:-1], bool if name in ("jump", "waits") else float) for name in names}
    for place in np.ndindex(loss.shape[:-1]):
        one = shape(sequences, loss[place], error[place])
        for name in names:
            tables[name][place] = getattr(one, name)
    coords = {str(name): curves[name].values for name in rest}
    return xr.Dataset({name: (rest, table) for name, table in tables.items()}, coords)
