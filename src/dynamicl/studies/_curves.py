"""Accuracy curves of runs on every kind of sequence, and what is read off them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import xarray as xr

from dynamicl.statistics import (
    Appearance,
    Fading,
    NeverAbove,
    appears,
    fades,
    never_above_chance,
    running_median,
)
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
PRESENT = 0.6
"""Accuracy from which on two strategies count as present together."""
KNOWN = 0.9
"""ciwl from which on labels count as looked up."""
ENDS = {"laptop": (0.3, 0.75), "paper": (0.1, 0.95)}
"""By how far the runs go: below what flip must end, and above what ciwl must."""
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


@dataclass(frozen=True, eq=False)
class Passage:
    """How a run went through the strategies; what is asked of it is computed once.

    Attributes:
        x: sequences of each evaluation.
        icl: accuracy there.
        ciwl: likewise.
        flip: likewise.
        evaluated: sequences behind an accuracy.
    """

    x: np.ndarray
    icl: np.ndarray
    ciwl: np.ndarray
    flip: np.ndarray
    evaluated: int

    @cached_property
    def appears(self) -> Appearance:
        """Whether icl appears."""
        return appears(self.x, self.icl, error_of(self.icl, self.evaluated), chance=CHANCE)

    @cached_property
    def fades(self) -> Fading:
        """Whether it fades."""
        return fades(self.x, self.icl, error_of(self.icl, self.evaluated))

    @cached_property
    def absent(self) -> NeverAbove:
        """Whether it never shows."""
        return never_above_chance(self.x, self.icl, error_of(self.icl, self.evaluated), chance=CHANCE)

    @cached_property
    def sure(self) -> float:
        """The height that flip surely keeps for some evaluations."""
        error = error_of(self.flip, self.evaluated)
        return appears(self.x, self.flip, error, chance=CHANCE, margin=0.0).low + CHANCE

    @cached_property
    def _top(self) -> int:
        return int(running_median(self.flip).argmax())

    @property
    def peak(self) -> float:
        """Height of flip, smoothed."""
        return float(running_median(self.flip)[self._top])

    @property
    def peak_time(self) -> float:
        """Sequences until then."""
        return float(self.x[self._top])

    @property
    def up(self) -> float:
        """Sequences until flip is above one half; infinity where never."""
        return first_beyond(self.x, self.flip, CHANCE)

    @property
    def down(self) -> float:
        """Sequences until flip is below one half after its peak; infinity where never."""
        return first_beyond(self.x[self._top :], -self.flip[self._top :], -CHANCE)

    @property
    def end(self) -> float:
        """Flip at the end."""
        return late(self.x, self.flip)

    @property
    def falling(self) -> float:
        """Flip at the end minus shortly before."""
        return self.end - late(self.x, self.flip, 1)

    @property
    def known(self) -> float:
        """Sequences until ciwl is above `KNOWN`; infinity where never."""
        return first_beyond(self.x, self.ciwl, KNOWN)

    @property
    def looked_up(self) -> float:
        """Return ciwl at the end."""
        return late(self.x, self.ciwl)

    @property
    def rising(self) -> float:
        """Return ciwl at the end minus shortly before."""
        return self.looked_up - late(self.x, self.ciwl, 1)

    @property
    def together(self) -> bool:
        """Whether icl and ciwl are present at one time."""
        both = (running_median(self.icl) > PRESENT) & (running_median(self.ciwl) > PRESENT)
        return bool(both.any())

    @property
    def in_order(self) -> bool:
        """Whether flip comes up, peaks and goes down in this order, before ciwl is known."""
        return self.up <= self.peak_time < self.down < self.known


def passages(data: xr.Dataset) -> list[Passage]:
    """Describe every run of a dataset of `curves`."""
    x, evaluated = data["sequences"].values.astype(float), int(data.attrs["evaluated"])
    triples = zip(rows(data, "icl"), rows(data, "ciwl"), rows(data, "flip"), strict=True)
    return [Passage(x, *curves, evaluated) for curves in triples]


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


def limits_of(data: xr.Dataset) -> tuple[float, float]:
    """Return below what flip must end and above what ciwl must, for runs as long as these."""
    return ENDS[data.attrs["limits"]]
