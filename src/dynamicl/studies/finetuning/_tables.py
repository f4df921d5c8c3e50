"""The report's tables 1 and 2 as text, with its own numbers in brackets."""

import math

import numpy as np
import xarray as xr

from ._results import TOKEN, gains, published, right
from ._setting import MAIN

MEASURES = {
    "outputs": "SimAOU",
    "uniform": "SimAOU random",
    "map_before": "SimAM before",
    "map_after": "SimAM after",
    "map_change": "SimAM of changes",
}
WIDTH = 16


def tables(data: xr.Dataset, token: str = TOKEN) -> list[str]:
    """Return lines of text: accuracies, then every measure of the three ways of training, by task.

    Args:
        data: of `read_cells`.
        token: where attention was recorded.

    Returns:
        Means over seeds and queries; the report's number in brackets; a dash where nothing was measured.
    """
    tasks = [str(task) for task in data["task"].values]
    lines = [_row(f"{data.attrs['model']}, {token} token", tasks)]
    if "original" in data["variant"]:
        for setting in data["setting"].values:
            accuracy = right(data, setting, "original").mean(("seed", "query")).values
            lines.append(
                _row(f"accuracy {setting.replace('_', '-')}", [_number(value) for value in accuracy])
            )
        gain = gains(data)
        lines.append(_row("gain, lower end", [_number(value) for value in gain["low"].values]))
    for variant in MAIN:
        for measure, name in MEASURES.items():
            means = _means(data, measure, variant, token)
            numbers = published(measure, variant) if measure != "map_change" else {}
            cells = [_cell(value, numbers.get(task)) for value, task in zip(means, tasks, strict=True)]
            lines.append(_row(f"{variant} {name}", cells))
    return lines


def _means(data: xr.Dataset, measure: str, variant: str, token: str) -> np.ndarray:
    picked = data["similarity"].sel(measure=measure, token=token).reindex(variant=[variant])
    return picked.sel(variant=variant).mean(("query", "seed")).values


def _row(name: str, cells: list[str]) -> str:
    return f"{name:<34}" + "".join(f"{cell:>{WIDTH}}" for cell in cells)


def _cell(value: float, printed: float | None) -> str:
    return _number(value) + ("" if printed is None else f" ({printed:.3f})")


def _number(value: float | np.floating) -> str:
    return f"{float(value):.3f}" if math.isfinite(value) else "-"
