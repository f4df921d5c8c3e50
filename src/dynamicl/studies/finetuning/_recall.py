"""`finetuning.recall`: what training makes right, the context makes right more often than by independence."""

import numpy as np
import xarray as xr

from dynamicl.studies._parts import Part, Threshold

from ._from_cells import FromCells
from ._results import SETTINGS, WHY, right
from ._summary import summary

EXCESS = Threshold("Rec2FTP minus its value under independence, mean over tasks", ">", 0.0)
LEAST_NEW = 20
"""Queries that training makes right, in any seed, below which a task's Rec2FTP is undefined: seeds share queries."""


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
        why = f"on no task does training make {LEAST_NEW} queries right that were wrong; the most is {most}"
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
    """Return how many queries training made right in at least one seed.

    Args:
        rows: (setting, query, seed).
    """
    return int((_counts(rows)[1] > 0).sum())


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
    counts = [_counts(rows) for rows in tasks]
    drawn = []
    for table in counts:
        queries = random.integers(0, table.shape[1], (resamples, table.shape[1]))
        drawn.append(excess(table[:, queries].sum(-1)))
    low, high = np.nanquantile(np.mean(drawn, axis=0), [0.025, 0.975])
    return float(np.mean([excess(table.sum(-1)) for table in counts])), float(low), float(high)


def _counts(rows: np.ndarray) -> np.ndarray:
    """Numbers a query over its seeds, (4, query): made right by both, by training, by the context; wrong before."""
    known = np.isfinite(rows).all(0)
    zero_shot, in_context, tuned = (np.nan_to_num(one).astype(bool) for one in rows)
    wrong = ~zero_shot & known
    sets = (wrong & in_context & tuned, wrong & tuned, wrong & in_context, wrong)
    return np.stack([one.sum(1) for one in sets])


def excess(counts: np.ndarray) -> np.ndarray:
    """Return Rec2FTP minus what independence gives; NaN where a set is empty.

    Args:
        counts: answers made right by both, by training, by the context, and answers wrong before, (4, ...).
    """
    both, new, learnt, wrong = counts
    known = (new > 0) & (wrong > 0)
    value = both / np.maximum(new, 1) - learnt / np.maximum(wrong, 1)
    return np.where(known, value, np.nan)


RECALL = FromCells("finetuning.recall", cut, judge, (EXCESS,))
