"""One dataset of many runs from many stores, by the names that everything downstream reads."""

import json
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr

from ._standing import at_own_ends
from ._store import Store

LARGEST_INT = np.iinfo(np.int32).max
"""The largest whole number that netCDF 3 has a form for."""


def store_dataset(store: Store) -> xr.Dataset:
    """Read everything of one store but its weights.

    Args:
        store: a cohort.

    Returns:
        Records, extras (dimension checkpoint), and by run `spec`, `status` and `diverged_at`; header and
        attributes as attributes, what is not a number or text as JSON.
    """
    records, extras = store.records(), at_own_ends(store.extras(), store._index)
    kept = np.array(sorted({*store.checkpoints, *extras["checkpoint"].values.tolist()}), np.int64)
    merged = xr.merge(
        [records, extras.reindex(checkpoint=kept)], join="outer", compat="override", combine_attrs="override"
    )
    runs, said = len(store.runs), store.attributes
    status = said.get("run_status", [said.get("status", "running")] * runs)
    merged = merged.transpose("run", "step", "checkpoint", ..., missing_dims="ignore")
    return merged.assign(
        spec=("run", np.array(store.specs)),
        status=("run", np.array(status)),
        diverged_at=("run", np.array(said.get("diverged_at", [-1] * runs), np.int64)),
    ).assign_attrs(_flat(store))


def merge_runs(members: Sequence[tuple[Store, int]]) -> xr.Dataset:
    """Put runs of many stores into one dataset.

    Args:
        members: store and index of each run; at least one, none twice.

    Returns:
        One dataset, runs in the order given. Where a run lacks a step, evaluator, layer or head of another it is
        NaN. `sequences` is along the step where the runs agree, else by run and step; other variables without
        the dimension run have it added where stores differ.
    """
    rows: dict[Store, list[int]] = {}
    for store, row in members:
        rows.setdefault(store, []).append(row)
    order = [store.runs[row] for store, row in members]
    parts = [store_dataset(store).isel(run=chosen) for store, chosen in rows.items()]
    return _join(parts).sel(run=order) if len(parts) > 1 else parts[0]


def _join(parts: Sequence[xr.Dataset]) -> xr.Dataset:
    parts = number_uneven(parts)
    sequences = _agreed_sequences(parts)
    if sequences is not None:
        parts = [part.drop_vars("sequences", errors="ignore") for part in parts]
    # As a variable it may be lacking in some parts, as a coordinate it may not.
    parts = [part.reset_coords({"sequences"} & set(part.coords)) for part in parts]
    parts = [_with_runs(part, "sequences") for part in parts]
    names = {
        name for part in parts for name, variable in part.variables.items() if "run" not in variable.dims
    }
    for name in sorted(names - set(parts[0].indexes) - _shared(parts), key=str):
        parts = [_with_runs(part, name) for part in parts]
    joined = xr.concat(
        parts,
        "run",
        data_vars="minimal",
        coords="minimal",
        compat="override",
        join="outer",
        combine_attrs="drop_conflicts",
        fill_value=_fill(parts),
    ).assign_attrs(_summary(parts))
    if "step" in joined.indexes:
        joined = joined.sortby("step")
    if "evaluator" in joined.indexes:
        joined = joined.sel(evaluator=_in_order(parts, "evaluator"))
    if sequences is not None:
        joined["sequences"] = ("step", np.array([sequences[step] for step in joined["step"].values.tolist()]))
    return joined.set_coords({"sequences"} & set(joined.variables))


def _in_order(parts: Sequence[xr.Dataset], dim: str) -> list[Any]:
    """Return a dimension's labels as the first part has them, then what others add: an outer join sorts names."""
    labels = [label for part in parts if dim in part.indexes for label in part[dim].values.tolist()]
    return list(dict.fromkeys(labels))


def number_uneven(parts: Sequence[xr.Dataset]) -> list[xr.Dataset]:
    """Number the positions along dimensions without labels whose lengths differ, so that the shorter are padded.

    Args:
        parts: to be put together along a dimension that they share.
    """
    lengths: dict[Hashable, set[int]] = {}
    for part in parts:
        for dim, size in part.sizes.items():
            lengths.setdefault(dim, set()).add(size)
    uneven = {dim for dim, found in lengths.items() if len(found) > 1}
    numbered = []
    for part in parts:
        bare = uneven & set(part.dims) - set(part.indexes)
        numbered.append(part.assign_coords({dim: np.arange(part.sizes[dim]) for dim in bare}))
    return numbered


def _agreed_sequences(parts: Sequence[xr.Dataset]) -> dict[int, int] | None:
    """Map steps to sequences, if every part says the same and none is silent about a step of its own."""
    found: dict[int, int] = {}
    for part in parts:
        if not part.sizes.get("step"):
            continue
        if "sequences" not in part or part["sequences"].dims != ("step",):
            return None
        for step, sequences in zip(
            part["step"].values.tolist(), part["sequences"].values.tolist(), strict=True
        ):
            if found.setdefault(step, sequences) != sequences:
                return None
    return found or None


def _shared(parts: Sequence[xr.Dataset]) -> set[Hashable]:
    """Name the variables without runs that are the same wherever they are."""
    first: dict[Hashable, xr.Variable] = {}
    different: set[Hashable] = set()
    for part in parts:
        for name, variable in part.variables.items():
            if "run" not in variable.dims and not first.setdefault(name, variable).identical(variable):
                different.add(name)
    return set(first) - different


def _with_runs(part: xr.Dataset, name: Hashable) -> xr.Dataset:
    if name not in part or "run" in part[name].dims or name in part.indexes:
        return part
    return part.assign({name: part[name].expand_dims(run=part["run"].values)})


def _fill(parts: Sequence[xr.Dataset]) -> dict[Hashable, Any]:
    """Fill text with nothing rather than with a number."""
    return {
        name: "" if variable.dtype.kind in "UT" else np.nan
        for part in parts
        for name, variable in part.variables.items()
        if name not in part.indexes
    }


def _flat(store: Store) -> dict[str, Any]:
    said: Mapping[str, Any] = {
        "status": "running",
        **{name: value for name, value in store.header.items() if name not in ("runs", "specs")},
        **{
            name: value
            for name, value in store.attributes.items()
            if name not in ("run_status", "diverged_at")
        },
    }
    return {name: value if _fits_netcdf(value) else json.dumps(value) for name, value in said.items()}


def _fits_netcdf(value: Any) -> bool:
    """Tell whether netCDF 3 has a form for an attribute: text, and numbers but for wide integers."""
    whole = isinstance(value, int)
    return isinstance(value, str | float) or (
        whole and not isinstance(value, bool) and abs(value) <= LARGEST_INT
    )


def _summary(parts: Sequence[xr.Dataset]) -> dict[str, Any]:
    """Add the stores' times, and say that all is finished only if all is."""
    states = {part.attrs["status"] for part in parts}
    said: dict[str, Any] = {"status": states.pop() if len(states) == 1 else "running"}
    if all("seconds" in part.attrs for part in parts):
        said["seconds"] = sum(part.attrs["seconds"] for part in parts)
    return said
