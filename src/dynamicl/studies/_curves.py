"""Accuracy curves of runs on every kind of sequence, and what is read off one of them."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr

from dynamicl.store import Trajectory

from ._world_setting import WorldSetting

CHANCE = 0.5
"""Of flip, icl and ciwl: one of the two labels in the context."""
IN_CONTEXT = ("train", "icl", "ciwl", "flip")
SCORES = {name: ("accuracy_in_context", name) for name in IN_CONTEXT} | {
    "iwl": ("accuracy", "iwl"),
    "ciwl_loss": ("loss", "ciwl"),
}
"""What the store calls the curves of every run, and whose they are."""
MOST = 0.8
"""Share of runs that counts as all of them but a straggler."""
KNOWN = 0.9
"""ciwl from which on labels count as looked up."""
HOLD = 3
"""Evaluations in a row beyond a level."""
LATE = 0.1
"""Share of training that counts as its end."""


def curves(trajectory: Trajectory, scale: WorldSetting, **axes: Sequence[Any]) -> xr.Dataset:
    """Arrange runs, in the order in which they were described, along axes with names.

    Args:
        trajectory: as many runs as the axes' lengths multiply to; the last axis varies fastest.
        scale: the scale's numbers.
        axes: coordinates by name.

    Returns:
        In-context accuracies `train`, `icl`, `ciwl`, `flip`, plain `iwl`, `train_loss` and `ciwl_loss` (nats) along the
        axes and `sequences`; attributes `evaluated` (sequences behind an accuracy), `classes` and `limits`.
    """
    return arranged(trajectory, scale, SCORES, axes)


def arranged(
    trajectory: Trajectory,
    scale: WorldSetting,
    scores: Mapping[str, tuple[str, str]],
    axes: Mapping[str, Sequence[Any]],
) -> xr.Dataset:
    """Arrange some scores and the training loss of runs along axes with names; see `curves`.

    Args:
        trajectory: the runs.
        scale: the scale's numbers.
        scores: what the store calls each curve, and whose it is: (variable, evaluator), or (variable, "") for what is
            measured of the network alone.
        axes: coordinates by name.
    """
    data = trajectory.dataset
    shape = tuple(len(values) for values in axes.values())
    dims = (*axes, "sequences")

    def table(name: str, evaluator: str) -> tuple[tuple[str, ...], np.ndarray]:
        variable = data[name].sel(evaluator=evaluator) if evaluator else data[name]
        return dims, variable.transpose("run", "step").values.reshape(*shape, -1)

    tables = {name: table(*source) for name, source in scores.items()}
    return xr.Dataset(
        tables | {"train_loss": table("train_loss", "")},
        {name: list(values) for name, values in axes.items()}
        | {"sequences": data["step"].values * scale.world.batch},
        {"evaluated": scale.sequences, "classes": scale.world.classes, "limits": scale.world.limits},
    )


def error_of(accuracy: np.ndarray, evaluated: int) -> np.ndarray:
    """Return standard errors of shares, never 0."""
    inner = (accuracy * evaluated + 0.5) / (evaluated + 1)
    return np.asarray(np.sqrt(inner * (1 - inner) / evaluated))


def rows(data: xr.Dataset, name: str) -> np.ndarray:
    """Return every run's curve, shape (run, time)."""
    values = data[name].transpose(..., "sequences").values
    return values.reshape(-1, values.shape[-1])


def first_beyond(x: np.ndarray, curve: np.ndarray, level: float) -> float:
    """Return when a curve is first above a level for some evaluations in a row; infinity where never."""
    there = np.isfinite(curve)
    places, above = x[there], curve[there] > level
    if above.size < HOLD:
        return float("inf")
    lasting = np.convolve(above, np.ones(HOLD), "valid") == HOLD
    return float(places[lasting.argmax()]) if lasting.any() else float("inf")


def late(x: np.ndarray, curve: np.ndarray, before: int = 0) -> float:
    """Return the mean over the last part of training, or over the part of the same length so many parts before."""
    length = LATE * x[-1]
    last = x[-1] - before * length
    inside = (x <= last) & (x > last - length) & np.isfinite(curve)
    return float(curve[inside].mean()) if inside.any() else float("nan")


def late_of_heads(x: np.ndarray, table: np.ndarray) -> np.ndarray:
    """Return the mean over the last part of training, from shape (run, sequences, head) to (run, head)."""
    return np.apply_along_axis(lambda curve: late(x, curve), 1, table)
