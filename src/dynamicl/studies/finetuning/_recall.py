"""`finetuning.recall`: what training makes right, the context makes right more often than by independence."""

import numpy as np
import xarray as xr

from dynamicl import lm

from .._parts import Part, Threshold
from ._from_cells import FromCells
from ._results import SETTINGS, WHY, right
from ._summary import summary

EXCESS = Threshold("Rec2FTP minus its value under independence, mean over tasks", ">", 0.0)
LEAST_NEW = 20
"""New correct answers of the trained model, over all seeds, below which a task's Rec2FTP is undefined."""


def cut(cells: xr.Dataset) -> xr.Dataset:
    """Keep whether each query was answered rightly in each setting, by the original model."""
    known = "original" in cells["variant"]
    rows = [right(cells, name, "original") if known else _unknown(cells) for name in SETTINGS]
    answers = xr.concat(rows, "setting").assign_coords(setting=list(SETTINGS))
    answers = answers.drop_vars("variant", errors="ignore").transpose("setting", "task", "seed", "query")
    return summary(cells, ("outputs",), ("original",)).assign(right=answers)


def _unknown(cells: xr.Dataset) -> xr.DataArray:
    return xr.full_like(cells["similarity"].isel(measure=0, token=0, variant=0, drop=True), np.nan)


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """The mean excess over the tasks where it is defined is above 0; the interval is a bootstrap over queries.

    Args:
        data: of `cut`.
    """
    tables = [answers_of(data, task) for task in data["task"].values]
    defined = [rows for rows in tables if new_answers(rows) >= LEAST_NEW]
    if WHY in data.attrs or not defined:
        most = max(map(new_answers, tables))
        why = f"no task has {LEAST_NEW} new correct answers of the trained model; the most is {most}"
        return (EXCESS.part(float("nan"), 0, data.attrs.get(WHY, why)),)
    return (EXCESS.part(excess_interval(defined), len(defined)),)


def answers_of(data: xr.Dataset, task: str) -> np.ndarray:
    """Return whether each query was answered rightly, (setting, query, seed), NaN where it was not asked.

    Args:
        data: of `cut`.
        task: name.
    """
    return data["right"].sel(task=task).transpose("setting", "query", "seed").values


def new_answers(rows: np.ndarray) -> int:
    """Return how many answers training made right, seeds pooled.

    Args:
        rows: (setting, query, seed).
    """
    return int(lm.recall(*_columns(rows))["new"])


def excess(rows: np.ndarray) -> float:
    """Return Rec2FTP minus what independence gives, seeds pooled; NaN where a set is empty.

    Args:
        rows: (setting, query, seed).
    """
    result = lm.recall(*_columns(rows))
    return result["value"] - result["chance"]


def excess_interval(
    tasks: list[np.ndarray], *, resamples: int = 2000, seed: int = 0
) -> tuple[float, float, float]:
    """Return the mean excess over tasks, with the ends of its percentile interval.

    Queries are resampled inside their task, all seeds of a query together.

    Args:
        tasks: (setting, query, seed) each.
        resamples: number of resamples.
        seed: of the resampling.
    """
    random = np.random.default_rng(seed)
    means = []
    for _ in range(resamples):
        drawn = [rows[:, random.integers(0, rows.shape[1], rows.shape[1])] for rows in tasks]
        means.append(np.mean([excess(rows) for rows in drawn]))
    low, high = np.nanquantile(means, [0.025, 0.975])
    return float(np.mean([excess(rows) for rows in tasks])), float(low), float(high)


def _columns(rows: np.ndarray) -> list[np.ndarray]:
    """Right or not, (query and seed,) a setting, without what was not asked."""
    flat = rows.reshape(len(SETTINGS), -1)
    return list(flat[:, np.isfinite(flat).all(0)].astype(bool))


RECALL = FromCells("finetuning.recall", cut, judge, (EXCESS,))
