"""The grids of Figures 2 and A.3: how data decide between learning in context and in weights, cell by cell."""

import dataclasses
import itertools
import operator
from collections.abc import Sequence

import numpy as np
import xarray as xr

from dynamicl.store import Trajectory
from dynamicl.training import RunSpec

from ._readings import end_of
from ._settings import Data, Setting, full, minimal, run

EPS = (0.0, 0.2, 0.4, 0.8)
"""Beside 0.1, the grid's own. From about 1 on, items of a class no longer match and nothing is left to learn."""
INDEPENDENT = (0.5, 0.9)
"""p_B below 1: the rest of the sequences is drawn independently."""
LEVELS = {"classes": "K", "burst": "B", "eps": "eps", "alpha": "alpha", "bursty": "p_B"}


def grid(scale: Setting) -> tuple[Data, ...]:
    """List the cells: K by B, then lines of B, eps, alpha and p_B at one K; all but that of B have B = 1."""
    plane = itertools.product(scale.grid_classes, scale.grid_bursts)
    usual = Data(scale.line_classes)
    cells = (
        *(Data(classes, burst) for classes, burst in plane),
        *(dataclasses.replace(usual, burst=burst) for burst in scale.grid_bursts),
        *(dataclasses.replace(usual, eps=eps) for eps in EPS),
        *(dataclasses.replace(usual, alpha=alpha, further=("rare",)) for alpha in scale.grid_alphas),
        *(dataclasses.replace(usual, bursty=share) for share in INDEPENDENT),
    )
    # The line of B lies in the plane where the plane has its K.
    return tuple(dict.fromkeys(cells))


def independent(scale: Setting) -> tuple[Data, ...]:
    """List the cells whose items are drawn independently (B = 0), one for each K of the plane."""
    return tuple(cell for cell in grid(scale) if not cell.burst and cell.classes in scale.grid_classes)


def unequal(scale: Setting) -> tuple[Data, ...]:
    """List the cells that draw classes by their rank (alpha)."""
    return tuple(cell for cell in grid(scale) if cell.alpha is not None)


def cell_runs(scale: Setting, cells: Sequence[Data], of_minimal: bool = False) -> list[RunSpec]:
    """Describe the runs of cells: one cell after the other, seeds within them."""
    steps = scale.minimal_cell_steps if of_minimal else scale.cell_steps
    model = minimal(scale, parameters=2) if of_minimal else full(scale)
    return [
        run(scale, model, data, seed, steps)
        for data, seed in itertools.product(cells, range(scale.cell_seeds))
    ]


def ends_by_cell(scale: Setting, cells: Sequence[Data], trajectory: Trajectory) -> xr.Dataset:
    """Read off how the runs of each cell ended.

    Args:
        scale: the scale's numbers.
        cells: in the order of their runs.
        trajectory: those runs.

    Returns:
        `novel`, `in_weights`, `rare` (cell, seed): means over the last tenth of the run; `rising` (cell, seed): the
        larger rise of the first two over the last fifth (`still_rising`); coordinates of `Data` along `cell`, alpha NaN
        where labels are balanced.
    """
    data = trajectory.dataset
    shape = (len(cells), scale.cell_seeds)
    known = [str(name) for name in data["evaluator"].values]

    def curve(name: str) -> np.ndarray:
        if name not in known:
            return np.full((len(cells) * scale.cell_seeds, data.sizes["step"]), np.nan)
        return data["accuracy"].sel(evaluator=name).transpose("run", "step").values

    curves = {name: curve(name) for name in ("novel", "in-weights", "rare")}
    rising = np.maximum(*(still_rising(curves[name]) for name in ("novel", "in-weights")))
    columns = {name: ("cell", list(map(_number, map(operator.attrgetter(name), cells)))) for name in LEVELS}
    return xr.Dataset(
        {
            "novel": (("cell", "seed"), end_of(curves["novel"]).reshape(shape)),
            "in_weights": (("cell", "seed"), end_of(curves["in-weights"]).reshape(shape)),
            "rare": (("cell", "seed"), end_of(curves["rare"]).reshape(shape)),
            "rising": (("cell", "seed"), rising.reshape(shape)),
        },
        {**columns, "seed": range(scale.cell_seeds)},
        {"labels": scale.labels, "line_classes": scale.line_classes},
    )


def still_rising(curves: np.ndarray) -> np.ndarray:
    """Return how much curves (run, step) rose from the tenth of the run before the last fifth to the last tenth."""
    size = curves.shape[-1]
    part = max(1, size // 10)
    return np.asarray(end_of(curves) - curves[..., size - 3 * part : size - 2 * part].mean(axis=-1))


def _number(value: float | int | None) -> float:
    return np.nan if value is None else float(value)


def line(
    data: xr.Dataset, along: str, variable: str, **fixed: float | int
) -> tuple[list[float], list[np.ndarray]]:
    """Return a line of cells: its levels, rising, and at each the runs' values.

    Args:
        data: see `ends_by_cell`.
        along: the coordinate that varies.
        variable: what is read.
        fixed: coordinates of the line; the others are the grid's own (eps 0.1, balanced labels, p_B 1).
    """
    wanted: dict[str, float | int] = {"eps": 0.1, "alpha": np.nan, "bursty": 1.0} | fixed
    chosen = np.ones(data.sizes["cell"], bool)
    for name, value in wanted.items():
        if name != along:
            column = data[name].values
            chosen &= np.isnan(column) if np.isnan(value) else column == value
    chosen &= np.isfinite(data[along].values)
    places = np.flatnonzero(chosen)
    places = places[np.argsort(data[along].values[places], kind="stable")]
    values = data[variable].transpose("cell", "seed").values
    return [float(data[along].values[i]) for i in places], [values[i] for i in places]


def at(levels: Sequence[float], values: Sequence[np.ndarray], level: float | int) -> np.ndarray:
    """Return the runs' values at a level; none where the line has not got it."""
    return next((own for one, own in zip(levels, values, strict=True) if one == level), np.array([]))
