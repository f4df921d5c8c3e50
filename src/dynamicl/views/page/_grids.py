"""What of the common axes is each run's own: runs of several stores were recorded at different steps.

Put side by side they share one axis, on which each lacks the steps of the others; and an evaluator with a schedule of
its own lacks steps of the other evaluators. Curves are drawn through between their own records; maps are shown where
a run has them.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import xarray as xr


def recorded(dataset: xr.Dataset, dim: str) -> np.ndarray | None:
    """Say where along `dim` each run recorded anything; (run, dim), or None where nothing has both axes."""
    return recorded_in(dataset.data_vars.values(), dim)


def recorded_in(variables: Iterable[xr.DataArray], dim: str) -> np.ndarray | None:
    """Say where along `dim` each run recorded any of some variables; as `recorded`."""
    mask: np.ndarray | None = None
    for values in variables:
        if {"run", dim} <= set(values.dims):
            array = values.transpose("run", dim, ...).to_numpy()
            known = np.isfinite(array).any(axis=tuple(range(2, array.ndim)))
            mask = known if mask is None else mask | known
    return mask


def recorded_by_evaluator(dataset: xr.Dataset) -> dict[str, np.ndarray]:
    """Say at which steps each run recorded each evaluator; (run, step) by the evaluator's name."""
    if "evaluator" not in dataset.coords:
        return {}
    masks = {}
    for index, evaluator in enumerate(map(str, dataset["evaluator"].to_numpy())):
        own = [
            values.isel(evaluator=index)
            for values in dataset.data_vars.values()
            if "evaluator" in values.dims
        ]
        own += [
            values
            for name, values in dataset.data_vars.items()
            if evaluator_of(str(name), values) == evaluator
        ]
        mask = recorded_in(own, "step")
        if mask is not None:
            masks[evaluator] = mask
    return masks


def evaluator_of(name: str, values: xr.DataArray) -> str | None:
    """Return the one evaluator of a variable: `icl` of `head_accuracy@icl`, `train` of other measures of heads."""
    if "evaluator" in values.dims:
        return None
    _, at, evaluator = name.partition("@")
    if at:
        return evaluator
    return "train" if "head" in values.dims else None


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
    """Draw curves through between their own records, in a straight line, and not beyond the first and last of them.

    Only at steps at which nothing at all of the curve's evaluator (or run) was recorded: a value that was recorded and
    is no number stays one.
    """
    whole = recorded(dataset, "step")
    if whole is None or "step" not in dataset.coords:
        return dataset
    by_evaluator = recorded_by_evaluator(dataset)
    steps = dataset["step"].to_numpy()
    filled = {}
    for name, values in dataset.data_vars.items():
        if values.dims[:2] != ("run", "step"):
            continue
        if values.dims[2:] == ("evaluator",) and by_evaluator:
            masks = list(by_evaluator.values())
        else:
            masks = [by_evaluator.get(evaluator_of(str(name), values) or "", whole)]
        if any(_gaps(mask).any() for mask in masks):
            filled[name] = values.copy(data=_through(values.to_numpy(), steps, masks))
    return dataset.assign(filled) if filled else dataset


def _gaps(mask: np.ndarray) -> np.ndarray:
    """Where a run recorded nothing between its first and its last record; (run, step)."""
    begun = np.logical_or.accumulate(mask, axis=1)
    goes_on = np.logical_or.accumulate(mask[:, ::-1], axis=1)[:, ::-1]
    return begun & goes_on & ~mask


def _through(values: np.ndarray, steps: np.ndarray, masks: list[np.ndarray]) -> np.ndarray:
    """Draw (run, step, ...) values through; one mask for all of them, or one for each place on their last axis."""
    out = np.array(values, np.float32)
    parts = [out] if len(masks) == 1 else np.moveaxis(out, -1, 0)
    for curves, mask in zip(parts, masks, strict=True):
        _fill(curves, steps, mask)
    return out


def _fill(curves: np.ndarray, steps: np.ndarray, mask: np.ndarray) -> None:
    """Write into the gaps of (run, step, ...) curves what lies on a straight line between the records beside them."""
    gaps = _gaps(mask)
    for run in np.flatnonzero(gaps.any(axis=1)):
        gap, own = gaps[run], mask[run]
        for place in np.ndindex(curves.shape[2:]):
            curve = curves[(run, slice(None), *place)]
            curve[gap] = np.interp(steps[gap], steps[own], curve[own])
