"""Everything recorded, as one file for other programs: a long table as CSV, or labelled arrays as netCDF."""

import csv
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from dynamicl.files import publish, temporary, user_path
from dynamicl.specs import check, check_list, nearest
from dynamicl.store import Trajectory

from ._listing import check_trajectory

ABOUT_RUNS = ("spec", "status", "diverged_at")
"""Variables that say what a run is: `spec` by its settings, the others in columns of their own."""
LARGEST_INT = np.iinfo(np.int32).max


def write_table(trajectory: Trajectory, path: str | Path, variables: Sequence[str] = ()) -> Path:
    """Write what was recorded into one file.

    A `.csv` is a long table: a row for each value, with `variable`, `value`, the run and every setting in which runs
    differ, and the labels of the value's dimensions (step, evaluator, layer, head, ...); what was not recorded is left
    out. A `.nc` is netCDF 3, which R, Julia and MATLAB read, with dimensions by name and settings as coordinates.

    Args:
        trajectory: the runs.
        path: the file to write, `NAME.csv` or `NAME.nc`.
        variables: those to write; all by default. Attention maps make long tables.

    Returns:
        The file.

    Raises:
        SpecError: another ending, Parquet among them, or no such variable.
        OSError: the disk refuses.

    Example:
        write_table(dynamicl.open("runs/mine"), "scores.csv", ["loss", "accuracy"])
    """
    check_trajectory(trajectory)
    check_list(variables, "variables", "a list of names")
    file = user_path(path)
    writers: dict[str, Callable[[xr.Dataset, Path], None]] = {".csv": _write_csv, ".nc": _write_netcdf}
    check(
        file.suffix != ".parquet",
        f"`path` is {file}: none of dynamicl's packages writes Parquet; write {file.with_suffix('.csv').name}, then, "
        "where pandas and pyarrow are installed, "
        f"`pandas.read_csv('{file.with_suffix('.csv').name}').to_parquet('{file.name}')`",
    )
    check(
        file.suffix in writers,
        f"`path` is {file}: give a name that ends in .csv (a long table) or .nc (netCDF)",
    )
    data = trajectory.with_settings().dataset
    known = [str(name) for name in data.data_vars]
    for name in variables:
        check(
            name not in ABOUT_RUNS,
            f"`variables` names `{name}`, which says what a run is: it stands in a column of every table; leave it out",
        )
        check(name in known, f"`variables` names no variable `{name}`: did you mean {nearest(name, known)}?")
    if variables:
        data = data[[*variables, "status", "diverged_at"]]
    draft = temporary(file)
    try:
        writers[file.suffix](data, draft)
        publish(draft, file)
    finally:
        draft.unlink(missing_ok=True)
    return file


def long_table(data: xr.Dataset) -> Iterator[list[Any]]:
    """Return a table with a row for each recorded value, the names of its columns first.

    Args:
        data: of a trajectory.

    Returns:
        Rows of `run`, the coordinates along it, the status, `variable`, every other dimension and `value`.
    """
    beside = [str(name) for name, coord in data.coords.items() if coord.dims == ("run",) and name != "run"]
    about = [*beside, *(name for name in ("status", "diverged_at") if name in data)]
    numbers = [name for name in data.data_vars if name not in ABOUT_RUNS and data[name].dtype.kind in "fiub"]
    dims = list(dict.fromkeys(str(dim) for name in numbers for dim in data[name].dims if dim != "run"))
    labels = {dim: data[dim].values.tolist() for dim in (*dims, "run")}
    columns = [data[name].values.tolist() for name in about]
    described = dict(zip(labels["run"], map(list, zip(*columns, strict=True)), strict=True)) if about else {}
    yield ["run", *about, "variable", *dims, "value"]
    for name in numbers:
        values, own = data[name].values, [str(dim) for dim in data[name].dims]
        for place in np.argwhere(~np.isnan(values)).tolist():
            at = {dim: labels[dim][index] for dim, index in zip(own, place, strict=True)}
            run = at.get("run", "")
            first = [run, *described.get(run, [""] * len(about)), name]
            yield [*first, *(at.get(dim, "") for dim in dims), values[tuple(place)]]


def _write_csv(data: xr.Dataset, file: Path) -> None:
    with file.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream, lineterminator="\n").writerows(long_table(data))


def _write_netcdf(data: xr.Dataset, file: Path) -> None:
    """Write netCDF 3, which has no 64-bit integers: those that do not fit become 64-bit numbers."""
    plain = data.drop_attrs(deep=False)
    for name, variable in plain.variables.items():
        if variable.dtype.kind in "iu" and variable.size and np.abs(variable.values).max() > LARGEST_INT:
            plain[name] = variable.astype(np.float64)
    plain.to_netcdf(file, engine="scipy")
