"""What may go into a store: each check answers a bad value with one line."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr

from ._errors import StoreError, listed


def check_json(name: str, value: Mapping[str, Any]) -> dict[str, Any]:
    """Check that a mapping survives JSON.

    Args:
        name: the argument's name.
        value: its value.

    Returns:
        The mapping as it will be read back (tuples become lists).

    Raises:
        StoreError: it holds something that JSON has no form for.
    """
    try:
        return json.loads(json.dumps(dict(value), allow_nan=False))
    except (TypeError, ValueError) as error:
        raise StoreError(
            f"`{name}` cannot be written as JSON ({error}); give text, finite numbers, booleans, lists and dicts"
        ) from None


def check_header(header: Mapping[str, Any]) -> dict[str, Any]:
    """Check the header of a new store.

    Args:
        header: with "runs", the hashes of the runs, and "specs", their specs as JSON text.

    Returns:
        The header as it will be read back.

    Raises:
        StoreError: runs or specs are missing or do not fit each other.
    """
    read = check_json("header", header)
    for key in ("runs", "specs"):
        value = read.get(key)
        if not isinstance(value, list) or not value or not all(isinstance(x, str) and x for x in value):
            raise StoreError(f'`header["{key}"]` is {value!r}; give one text a run, at least one')
    runs, specs = read["runs"], read["specs"]
    if len(set(runs)) != len(runs):
        twice = next(run for run in runs if runs.count(run) > 1)
        raise StoreError(f'`header["runs"]` names run {twice} twice; give every run of a cohort once')
    if len(specs) != len(runs):
        raise StoreError(f'`header["specs"]` has {len(specs)} specs for {len(runs)} runs; give one a run')
    return read


def check_attributes(attributes: Mapping[str, Any], runs: Sequence[str]) -> dict[str, Any]:
    """Check the attributes of a commit.

    Args:
        attributes: JSON-able; `run_status` and `diverged_at` have one value a run.
        runs: hashes of the runs.

    Returns:
        The attributes as they will be read back.

    Raises:
        StoreError: they are not JSON-able, or values do not fit the runs.
    """
    read = check_json("attributes", attributes)
    for key, kind in (("run_status", str), ("diverged_at", int)):
        value = read.get(key, [kind()] * len(runs))
        if not isinstance(value, list) or len(value) != len(runs) or not all(type(x) is kind for x in value):
            raise StoreError(
                f'`attributes["{key}"]` is {value!r}; give a list of {len(runs)} {kind.__name__}, one a run'
            )
    return read


def check_step(step: int, last: int) -> None:
    """Check that a commit does not go back.

    Args:
        step: the step of the commit.
        last: the last committed step.

    Raises:
        StoreError: it does, or is below 0.
    """
    if step < 0:
        raise StoreError(f"`step` is {step} but steps count from 0, the model before its first update")
    if step < last:
        raise StoreError(
            f"`step` is {step} but step {last} is committed; commits go forward: call `rewind({step})` first"
        )


def check_records(records: xr.Dataset, runs: Sequence[str], after: int, step: int) -> xr.Dataset:
    """Check the records of a commit and name their runs.

    Args:
        records: with dimensions run and step where they vary.
        runs: hashes of the runs.
        after: the last recorded step.
        step: the step of the commit.

    Returns:
        The records with coordinate `run`.

    Raises:
        StoreError: steps are missing, out of order, already recorded or in the future; runs do not fit.
    """
    records = check_runs("records", records, runs)
    if "step" not in records.dims:
        return records
    if "step" not in records.coords:
        raise StoreError("`records` has a dimension step without values; assign the steps as its coordinate")
    steps = records["step"].values
    if not np.issubdtype(steps.dtype, np.integer) or not steps.size or np.any(np.diff(steps) <= 0):
        raise StoreError(f"`records.step` is {listed(steps)}; give at least one integer, rising")
    if steps[0] <= after:
        raise StoreError(
            f"`records` begins at step {steps[0]} but step {after} is recorded; "
            f"give only new steps, or call `rewind` first"
        )
    if steps[-1] > step:
        raise StoreError(f"`records` ends at step {steps[-1]}, after `step` {step}; commit it at {steps[-1]}")
    return records


def check_runs(name: str, dataset: xr.Dataset, runs: Sequence[str]) -> xr.Dataset:
    """Check the runs of a dataset and name them.

    Args:
        name: the argument's name.
        dataset: with or without a dimension run.
        runs: hashes of the runs.

    Returns:
        The dataset with coordinate `run`.

    Raises:
        StoreError: there are other runs, or another number of them, than the store's.
    """
    if "run" not in dataset.dims:
        return dataset
    if dataset.sizes["run"] != len(runs):
        raise StoreError(f"`{name}` has {dataset.sizes['run']} runs; the store has {len(runs)}")
    if "run" in dataset.coords and [str(run) for run in dataset["run"].values] != list(runs):
        raise StoreError(
            f"`{name}.run` is {listed(dataset['run'].values)}; "
            f"the store's runs are {listed(runs)}, in this order: leave the coordinate out to have it filled in"
        )
    return dataset.assign_coords(run=list(runs))


def check_series(dataset: xr.Dataset, dim: str, span: tuple[int, int], runs: Sequence[str]) -> None:
    """Check what was read of a series, before anything is computed from it.

    Args:
        dataset: of one piece.
        dim: "step" or "checkpoint".
        span: the first and the last step that the index says it holds.
        runs: hashes of the runs.

    Raises:
        StoreError: its steps are no rising whole numbers inside the span, or its runs are not the store's.
    """
    check_runs("dataset", dataset, runs)
    if dim not in dataset.dims:
        return
    steps = dataset[dim].values
    rising = steps.dtype.kind in "iu" and bool(np.all(np.diff(steps) > 0))
    inside = rising and steps.size and span[0] <= steps[0] and steps[-1] <= span[1]
    if dim not in dataset.coords or not inside:
        raise StoreError(
            f"`{dim}` is {listed(steps)}; the index says that it rises from {span[0]} to {span[1]}"
        )


def check_weights(checkpoint: Mapping[str, Any], runs: Sequence[str]) -> None:
    """Check that weights have one leading axis, the runs.

    Args:
        checkpoint: arrays by parameter name.
        runs: hashes of the runs.

    Raises:
        StoreError: there are none, or one has another leading axis.
    """
    if not checkpoint:
        raise StoreError("`checkpoint` is empty; give the weights by name, or None to keep none at this step")
    for name, value in checkpoint.items():
        shape = np.shape(value)
        if not shape or shape[0] != len(runs):
            raise StoreError(
                f"`checkpoint[{name!r}]` has shape {shape}; its first axis is the runs, {len(runs)} of them here"
            )
