"""Where a run of a store stands, and which checkpoint holds its weights at a step.

A run stands still where it ends or diverged while others of its store go on. A later checkpoint holds its last weights,
so that they count as kept where it stands.
"""

import json
import math
from pathlib import Path

import numpy as np
import xarray as xr

from ._errors import StoreError, listed
from ._index import Index, Piece


def steps_of(index: Index, row: int) -> tuple[int, ...]:
    """Return the steps at which the weights of one run can be read, rising."""
    kept = [piece.last for piece in index.of("checkpoint")]
    first, last = _stretch(index, row)
    reached = [step for step in kept if first <= step <= last]
    goes_on = bool(kept) and kept[-1] > last
    return tuple(sorted({*reached, int(last)} if goes_on else reached))


def checkpoint_at(index: Index, path: Path, step: int, row: int | None) -> Piece:
    """Return the checkpoint that holds the weights at a step: of one run, or of all.

    Raises:
        StoreError: there is none.
    """
    pieces = index.of("checkpoint")
    if row is None:
        there, who = [piece.last for piece in pieces], f"store {path}"
    else:
        there, who = list(steps_of(index, row)), f"run {index.header['runs'][row]} of store {path}"
    if step not in there:
        raise StoreError(f"`step` is {step}; {who} has checkpoints at {listed(there, 'no step')}")
    return next(piece for piece in pieces if piece.last >= step)


def stands_at(index: Index, row: int) -> int:
    """Return how many updates one run has: those of its store, or fewer where it ended or diverged."""
    return int(min(index.step, _stretch(index, row)[1]))


def at_own_ends(extras: xr.Dataset, index: Index) -> xr.Dataset:
    """Put what was kept of a run at the first checkpoint after its end at its end, where its weights are.

    Args:
        extras: of the store, with dimension checkpoint.
        index: of the store.

    Returns:
        The same, with the ends of shorter runs among the checkpoints.
    """
    steps = [int(step) for step in extras["checkpoint"].values] if extras.sizes.get("checkpoint") else []
    moves = []
    for row, diverged in enumerate(_diverged_at(index)):
        if diverged >= 0:
            continue
        end = _stretch(index, row)[1]
        later = [step for step in steps if step > end]
        if later and end not in steps:
            moves.append((row, later[0], int(end)))
    if not moves:
        return extras
    moved = extras.reindex(checkpoint=sorted({*steps, *(end for _, _, end in moves)}))
    for name, variable in extras.data_vars.items():
        if {"run", "checkpoint"} <= set(variable.dims):
            for row, late, end in moves:
                value = variable.isel(run=row).sel(checkpoint=late)
                moved[name].loc[{"run": extras["run"][row], "checkpoint": end}] = value
                moved[name].loc[{"run": extras["run"][row], "checkpoint": late}] = np.nan
    return moved


def _stretch(index: Index, row: int) -> tuple[int, float]:
    """Return the steps between which a run moves: a fork's start, and its end or where it diverged."""
    spec = json.loads(index.header["specs"][row])
    start = spec.get("start", {})
    diverged = _diverged_at(index)[row]
    last = diverged if diverged >= 0 else spec.get("steps", math.inf)
    return (start.get("step", 0) if start.get("how") == "fork" else 0), last


def _diverged_at(index: Index) -> list[int]:
    """Return the step at which each run diverged, -1 for none."""
    return list(index.attributes.get("diverged_at", [-1] * len(index.header["runs"])))
