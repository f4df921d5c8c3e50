"""`finetuning.recall`: what training makes right, the context makes right more often than by independence."""

import numpy as np
import xarray as xr

from dynamicl import lm

from .._parts import Part
from ._results import right
from ._setting import TASKS

LEAST_EXCESS = 0.0
LEAST_NEW = 20
"""New correct answers of the trained model, over all seeds, below which a task's Rec2FTP is undefined."""

NAME = "Rec2FTP minus its value under independence, mean over tasks"


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """Judge the mean excess over tasks where it is defined, with a bootstrap over queries.

    Args:
        data: of `read_cells`.
    """
    tables = {task: answers_of(data, task) for task in TASKS if task in data["task"]}
    defined = [rows for rows in tables.values() if lm.recall(*_columns(rows))["new"] >= LEAST_NEW]
    if not defined:
        most = max((lm.recall(*_columns(rows))["new"] for rows in tables.values()), default=0)
        why = f"no task has {LEAST_NEW} new correct answers of the trained model; the most is {most}"
        return (Part(NAME, float("nan"), comparison=">", threshold=LEAST_EXCESS, n=0, undecided=why),)
    value, low, high = excess_interval(defined)
    return (Part(NAME, value, low, high, len(defined), ">", LEAST_EXCESS),)


def answers_of(data: xr.Dataset, task: str) -> np.ndarray:
    """Return whether each query was answered rightly, (setting, query, seed), NaN where it was not asked.

    Args:
        data: of `read_cells`.
        task: name.
    """
    if "original" not in data["variant"]:
        return np.full((3, 1, 1), np.nan)
    settings = [right(data, name, "original").sel(task=task) for name in ("zero_shot", "in_context", "tuned")]
    return np.stack([setting.transpose("query", "seed").values for setting in settings])


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
    flat = rows.reshape(3, -1)
    return list(flat[:, np.isfinite(flat).all(0)].astype(bool))
