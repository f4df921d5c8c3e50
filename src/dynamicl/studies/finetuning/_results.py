"""From the cells of a folder to one labelled dataset, and the numbers that several claims share."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import xarray as xr

from dynamicl import lm
from dynamicl.specs import check
from dynamicl.statistics import bootstrap_interval

from ._cells import read_cell
from ._setting import MAIN, PUBLISHED, TASKS, VARIANTS

TOKEN = "verbaliser"
"""Where verdicts look: the report's tables come from its code, which records there."""

WHY = "undecided"
"""Attribute of cells that can decide nothing, with the reason: there are none, or the model is random."""


def read_cells(folder: str | Path) -> xr.Dataset:
    """Read a folder of cells.

    Args:
        folder: with one JSON file a cell.

    Returns:
        Over (task, seed, variant): `rate`, `norm`, `drop`, `demonstrations`, `context_tokens`, `seconds`; `similarity`
        (measure, token, task, seed, variant, query) averaged over layers, `layer_similarity` (..., layer) averaged over
        queries; `answer` (setting, ..., query) and `label` (task, query), -1 where a task has fewer queries. What has
        not been measured is NaN, and so are similarities at an equal drop that no scale of the change gives.

    Raises:
        SpecError: there is no cell, or cells were measured with different models or settings.
    """
    paths = paths_of_cells(folder)
    check(
        bool(paths), f"`folder` is {str(folder)!r}, which holds no cell: make some with `dynamicl finetuning`"
    )
    cells = [read_cell(path) for path in paths]
    for name in SHARED:
        values = {cell[name] for cell in cells}
        check(
            len(values) == 1,
            f"`folder` holds cells with different `{name}` ({values}): keep each setting in its own",
        )
    tasks = sorted({cell["task"] for cell in cells}, key=TASKS.index)
    seeds = sorted({cell["seed"] for cell in cells})
    variants = sorted({cell["variant"] for cell in cells}, key=list(VARIANTS).index)
    data = _empty(tasks, seeds, variants, cells)
    for cell in cells:
        _fill(data, cell)
    return data.assign_attrs({name: cells[0][name] for name in SHARED} | {"cells": len(cells)})


def paths_of_cells(folder: str | Path) -> list[Path]:
    """Return a folder's cells, without the files of learning rates that lie among them."""
    return [path for path in sorted(Path(folder).glob("*.json")) if not path.name.startswith("rate-")]


def no_cells(why: str) -> xr.Dataset:
    """Return a dataset as `read_cells` does, in which nothing is known.

    Args:
        why: there is none.
    """
    unknown = {"label": [-1], "similarity": {"outputs": {TOKEN: {"layer": [0.0]}}}}
    data = _empty(TASKS, [0], [MAIN[0]], [unknown])
    return data.assign_attrs({"model": "", "cells": 0, WHY: why})


SHARED = ("model", "k", "queries", "limit", "parameters")
"""What all cells of a folder have in common."""

SCALARS = ("rate", "norm", "drop", "demonstrations", "context_tokens", "seconds")
SETTINGS = ("zero_shot", "in_context", "tuned")


def _empty(
    tasks: Sequence[str], seeds: Sequence[int], variants: Sequence[str], cells: Sequence[dict]
) -> xr.Dataset:
    queries = max(len(cell["label"]) for cell in cells)
    layers = max(len(cell["similarity"]["outputs"][TOKEN]["layer"]) for cell in cells)
    grid, size = ("task", "seed", "variant"), (len(tasks), len(seeds), len(variants))
    prefix, sims = ("measure", "token"), (len(lm.MEASURES), len(lm.TOKENS))
    return xr.Dataset(
        {
            **{name: (grid, np.full(size, np.nan)) for name in SCALARS},
            "similarity": ((*prefix, *grid, "query"), np.full((*sims, *size, queries), np.nan)),
            "layer_similarity": ((*prefix, *grid, "layer"), np.full((*sims, *size, layers), np.nan)),
            "answer": (("setting", *grid, "query"), np.full((len(SETTINGS), *size, queries), -1)),
            "label": (("task", "query"), np.full((len(tasks), queries), -1)),
        },
        coords={
            "measure": list(lm.MEASURES),
            "token": list(lm.TOKENS),
            "setting": list(SETTINGS),
            "task": list(tasks),
            "seed": list(seeds),
            "variant": list(variants),
        },
    )


def _fill(data: xr.Dataset, cell: dict) -> None:
    place = {name: cell[name] for name in ("task", "seed", "variant")}
    for name in SCALARS:
        data[name].loc[place] = np.nan if cell[name] is None else cell[name]
    # Where no scale gave an equal drop, the cell holds the unscaled change, which is no control.
    matched = not VARIANTS[cell["variant"]].match or cell["scale"] is not None
    for measure, tokens in cell["similarity"].items() if matched else ():
        for token, means in tokens.items():
            at = {"measure": measure, "token": token, **place}
            data["similarity"].loc[at] = _padded(means["query"], data.sizes["query"], np.nan)
            data["layer_similarity"].loc[at] = np.array(means["layer"], float)
    data["label"].loc[{"task": cell["task"]}] = _padded(cell["label"], data.sizes["query"], -1)
    for setting, answers in cell["answer"].items():
        at = {"setting": setting, **place}
        data["answer"].loc[at] = _padded(answers, data.sizes["query"], -1)


def _padded(values: Sequence, size: int, filler: float | int) -> np.ndarray:
    """Values at the front, the filler behind them."""
    array = np.array(values, type(filler))
    return np.concatenate([array, np.full(size - len(array), filler)])


def right(data: xr.Dataset, setting: str, variant: str) -> xr.DataArray:
    """Return whether each query is answered rightly, (task, seed, query); NaN where it was not asked.

    Args:
        data: of `read_cells`.
        setting: "zero_shot", "in_context" or "tuned".
        variant: whose.
    """
    answer = data["answer"].sel(setting=setting, variant=variant)
    return (answer == data["label"]).where(answer >= 0)


def gains(data: xr.Dataset) -> xr.Dataset:
    """Return in-context minus zero-shot accuracy of every task, with intervals over queries and seeds.

    Args:
        data: of `read_cells`.

    Returns:
        `gain`, `low`, `high` (task); NaN where the original model has no cell.
    """
    tasks = data["task"].values
    rows = np.full((3, len(tasks)), np.nan)
    if "original" in data["variant"]:
        difference = right(data, "in_context", "original") - right(data, "zero_shot", "original")
        for i, task in enumerate(tasks):
            # A query counts once, with its mean over seeds: seeds share the queries.
            queries = difference.sel(task=task).mean("seed").values
            queries = queries[np.isfinite(queries)]
            if len(queries) > 1:
                rows[:, i] = bootstrap_interval(queries, "mean", method="percentile")
    return xr.Dataset(
        {name: ("task", row) for name, row in zip(("gain", "low", "high"), rows, strict=True)},
        coords={"task": tasks},
    )


def published(measure: str, variant: str) -> dict[str, float]:
    """Return the report's numbers by task."""
    return dict(zip(TASKS, PUBLISHED[variant][measure], strict=False))
