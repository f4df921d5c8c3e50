"""Results as small files: verdicts and the data behind each figure."""

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from dynamicl.specs import SpecError

from ._experiment import Outcome

CLAIMS = "claims.json"


def write_outcome(folder: str | Path, name: str, outcome: Outcome) -> None:
    """Keep an outcome: its verdicts in `claims.json` (replacing those of the same id), its data in `NAME.json`."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    verdicts = {record["id"]: record for record in read_verdicts(folder)}
    verdicts |= {verdict.id: verdict.record() for verdict in outcome.verdicts}
    _write(folder / CLAIMS, json.dumps(list(verdicts.values()), indent=1, ensure_ascii=False) + "\n")
    _write(
        folder / f"{name}.json",
        json.dumps(_plain(outcome.data), separators=(",", ":"), allow_nan=False) + "\n",
    )


def read_verdicts(folder: str | Path) -> list[dict[str, Any]]:
    """Read the verdict records of a folder; none where there is no file.

    Raises:
        SpecError: the file is no JSON.
    """
    path = Path(folder) / CLAIMS
    return _read(path) if path.exists() else []


def read_outcome(folder: str | Path, name: str) -> xr.Dataset:
    """Read the data behind a figure.

    Raises:
        SpecError: there is no such file.
    """
    path = Path(folder) / f"{name}.json"
    if not path.exists():
        raise SpecError(f"there is no result `{path}`: make it with `dynamicl reproduce {name}`")
    raw = _read(path)
    variables = {
        k: (v["dims"], np.array(v["values"], _type(v["values"]))) for k, v in raw["variables"].items()
    }
    coords = {k: (v["dims"], np.array(v["values"], _type(v["values"]))) for k, v in raw["coords"].items()}
    return xr.Dataset(variables, coords, raw["attrs"])


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text())
    except ValueError as error:
        raise SpecError(
            f"`{path}` cannot be read ({error}): make it again with `dynamicl reproduce`"
        ) from None


def _plain(data: xr.Dataset) -> dict[str, Any]:
    def one(array: xr.DataArray) -> dict[str, Any]:
        return {"dims": list(array.dims), "values": _values(array.values)}

    return {
        "variables": {str(k): one(v) for k, v in data.data_vars.items()},
        "coords": {str(k): one(v) for k, v in data.coords.items()},
        "attrs": {str(k): v for k, v in data.attrs.items()},
    }


def _values(values: np.ndarray) -> Any:
    """Nested lists with five significant digits; what is not finite becomes null."""
    if values.ndim:
        return [_values(np.asarray(value)) for value in values]
    if np.issubdtype(values.dtype, np.floating):
        return float(f"{float(values):.5g}") if np.isfinite(values) else None
    return values.item() if values.dtype.kind in "iub" else str(values)


def _type(values: Any) -> Any:
    while isinstance(values, list):
        values = next((v for v in _flat(values) if v is not None), None)
    # A boolean is an integer too, so it comes first; no value at all is NaN.
    return next((kind for kind in (str, bool, int) if isinstance(values, kind)), float)


def _flat(values: Any) -> Any:
    for value in values:
        yield from _flat(value) if isinstance(value, list) else (value,)


def _write(path: Path, text: str) -> None:
    temporary = path.with_suffix(".tmp")
    temporary.write_text(text)
    os.replace(temporary, path)
