"""What of the common axes is each run's own: runs of several stores were recorded at different steps.

Put side by side they share one axis, on which each lacks the steps of the others. Its curves are drawn through
between its own records; maps are shown where it has them.
"""

from __future__ import annotations

import numpy as np
import xarray as xr


def recorded(dataset: xr.Dataset, dim: str) -> np.ndarray | None:
    """Say where along `dim` each run recorded anything; (run, dim), or None where nothing has both axes."""
    mask: np.ndarray | None = None
    for values in dataset.data_vars.values():
        if {"run", dim} <= set(values.dims):
            array = values.transpose("run", dim, ...).to_numpy()
            known = np.isfinite(array).any(axis=tuple(range(2, array.ndim)))
            mask = known if mask is None else mask | known
    return mask


def own_places(mask: np.ndarray | None, runs: int) -> list[list[int] | None]:
    """Name each run's own places on an axis; None where it has all of them.

    Args:
        mask: of `recorded`.
        runs: how many there are.
    """
    if mask is None:
        return [None] * runs
    return [None if row.all() else np.flatnonzero(row).tolist() for row in mask]


def bridged(dataset: xr.Dataset) -> xr.Dataset:
    """Draw each run's curves through between its own records, in a straight line.

    Only at steps at which the run recorded nothing at all: a value that was recorded and is no number stays one.
    """
    mask = recorded(dataset, "step")
    if mask is None or "step" not in dataset.coords:
        return dataset
    uneven = [r for r, row in enumerate(mask) if row.any() and not row[_within(row)].all()]
    if not uneven:
        return dataset
    filled = {
        name: values.copy(data=_through(values.to_numpy(), dataset["step"].to_numpy(), mask, uneven))
        for name, values in dataset.data_vars.items()
        if values.dims[:2] == ("run", "step")
    }
    return dataset.assign(filled)


def _within(row: np.ndarray) -> slice:
    """From the first to the last record."""
    there = np.flatnonzero(row)
    return slice(int(there[0]), int(there[-1]) + 1)


def _through(values: np.ndarray, steps: np.ndarray, mask: np.ndarray, uneven: list[int]) -> np.ndarray:
    out = values.astype(np.float32)
    for r in uneven:
        inside, own = _within(mask[r]), np.flatnonzero(mask[r])
        flat = out[r].reshape(len(steps), -1)
        for k in range(flat.shape[1]):
            flat[inside, k] = np.interp(steps[inside], steps[own], flat[own, k])
        out[r] = flat.reshape(out[r].shape)
    return out
