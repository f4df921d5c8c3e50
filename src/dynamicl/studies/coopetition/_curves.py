"""Accuracy curves of runs on every kind of sequence, and what is read off them."""

from collections.abc import Sequence
from typing import Any, NamedTuple

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

from ._settings import Setting

CHANCE = 0.5
"""Of flip, icl and ciwl: one of the two labels in the context."""
IN_CONTEXT = ("train", "icl", "ciwl", "flip")
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


def curves(trajectory: Trajectory, scale: Setting, **axes: Sequence[Any]) -> xr.Dataset:
    """Arrange runs, in the order in which they were described, along axes with names.

    Args:
        trajectory: as many runs as the axes' lengths multiply to; the last axis varies fastest.
        scale: the scale's numbers.
        axes: coordinates by name.

    Returns:
        In-context accuracies `train`, `icl`, `ciwl`, `flip`, plain `iwl`, `train_loss` and `ciwl_loss` (nats) along the
        axes and `sequences`; attributes `evaluated` (sequences behind an accuracy), `classes` and `limits`.
    """
    data = trajectory.dataset
    shape = tuple(len(values) for values in axes.values())
    dims = (*axes, "sequences")

    def table(name: str, evaluator: str) -> tuple[tuple[str, ...], np.ndarray]:
        rows = data[name].sel(evaluator=evaluator).transpose("run", "step").values
        return dims, rows.reshape(*shape, -1)

    tables = {name: table("accuracy_in_context", name) for name in IN_CONTEXT}
    tables |= {"iwl": table("accuracy", "iwl"), "ciwl_loss": table("loss", "ciwl")}
    losses = data["train_loss"].transpose("run", "step").values
    return xr.Dataset(
        tables | {"train_loss": (dims, losses.reshape(*shape, -1))},
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


class Passage(NamedTuple):
    """How a run went through the strategies.

    Attributes:
        appears: whether icl appears, with numbers.
        fades: whether it fades.
        absent: whether icl never shows.
        sure: the height that flip surely keeps for some evaluations.
        up: sequences until flip is above one half; infinity where never.
        peak: height of flip, smoothed.
        peak_time: sequences until then.
        down: sequences until flip is below one half again; infinity where never.
        end: flip at the end.
        falling: flip at the end minus shortly before.
        known: sequences until ciwl is above `KNOWN`; infinity where never.
        looked_up: ciwl at the end.
        rising: ciwl at the end minus shortly before.
        together: whether icl and ciwl are present at one time.
    """

    appears: Appearance
    fades: Fading
    absent: NeverAbove
    sure: float
    up: float
    peak: float
    peak_time: float
    down: float
    end: float
    falling: float
    known: float
    looked_up: float
    rising: float
    together: bool


def passages(data: xr.Dataset) -> list[Passage]:
    """Describe every run of a dataset of `curves`."""
    x, evaluated = data["sequences"].values.astype(float), int(data.attrs["evaluated"])
    triples = zip(rows(data, "icl"), rows(data, "ciwl"), rows(data, "flip"), strict=True)
    return [_passage(x, *curves, evaluated) for curves in triples]


def _passage(x: np.ndarray, icl: np.ndarray, ciwl: np.ndarray, flip: np.ndarray, evaluated: int) -> Passage:
    error = error_of(icl, evaluated)
    smooth_flip, smooth_ciwl, smooth_icl = (running_median(curve) for curve in (flip, ciwl, icl))
    top = int(smooth_flip.argmax())
    surely = appears(x, flip, error_of(flip, evaluated), chance=CHANCE, margin=0.0)
    below = first_beyond(x[top:], -flip[top:], -CHANCE)
    return Passage(
        appears=appears(x, icl, error, chance=CHANCE),
        fades=fades(x, icl, error),
        absent=never_above_chance(x, icl, error, chance=CHANCE),
        sure=surely.low + CHANCE,
        up=first_beyond(x, flip, CHANCE),
        peak=float(smooth_flip[top]),
        peak_time=float(x[top]),
        down=below,
        end=late(x, flip),
        falling=late(x, flip) - late(x, flip, 1),
        known=first_beyond(x, ciwl, KNOWN),
        looked_up=late(x, ciwl),
        rising=late(x, ciwl) - late(x, ciwl, 1),
        together=bool(((smooth_icl > PRESENT) & (smooth_ciwl > PRESENT)).any()),
    )


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


def in_order(passage: Passage) -> bool:
    """Tell whether flip comes up, peaks and goes down in this order, before ciwl is known."""
    return passage.up <= passage.peak_time < passage.down < passage.known


def limits_of(data: xr.Dataset) -> tuple[float, float]:
    """Return below what flip must end and above what ciwl must, for runs as long as these."""
    return ENDS[data.attrs["limits"]]
