"""The summary in words: when the transition happened, which heads became induction heads, how runs differ.

Every number is computed from the trajectory; nothing is said of what was not recorded.
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from ._looks import looks
from ._when import link_to, main_transitions, time_of, when
from ._words import compact, runs_in_words

INDUCTIVE = 0.3
"""Strength from which a head is called an induction head: that of the verdict `induction.heads`."""

Parts = list[object]


def headline(dataset: xr.Dataset, record: dict) -> list[dict]:
    """Answer the questions of someone who sees these runs for the first time, in a sentence or two each.

    Args:
        dataset: numeric variables of the trajectory.
        record: the payload so far: `runs`, `transitions`, `focus`, `layers`, `heads`.

    Returns:
        `[{title, parts}]`; a part is text, or `{text, run, head, step}` where it leads somewhere.
    """
    if not record["runs"] or not dataset.sizes.get("step"):
        return [{"title": "Nothing to see yet", "parts": ["No step has been recorded so far."]}]
    seeds_only = len(record["groups"]) == 1
    differ = "How do seeds differ?" if seeds_only else "How do runs differ?"
    seen = looks(dataset, record)
    return [
        {"title": "When did the transition happen?", "parts": when(dataset, record)},
        {"title": "Which heads became induction heads?", "parts": which(dataset, record)},
        *([{"title": "What did the strongest one look at?", "parts": seen}] if seen else []),
        {"title": differ, "parts": spread(dataset, record)},
    ]


def final_strength(dataset: xr.Dataset) -> np.ndarray | None:
    """Mean induction strength over the last 5 % of what each run recorded; (run, layer, head), or None."""
    if "induction_strength" not in dataset or not dataset.sizes.get("step"):
        return None
    values = dataset["induction_strength"].to_numpy()
    out = np.full((values.shape[0], *values.shape[2:]), np.nan)
    for r, run in enumerate(values):
        known = np.flatnonzero(np.isfinite(run).any(axis=(1, 2)))
        if known.size:
            last = run[known[-max(1, known.size // 20) :]]
            counts = np.isfinite(last).sum(axis=0)
            out[r] = np.where(counts > 0, np.nansum(last, axis=0) / np.maximum(counts, 1), np.nan)
    return out


def focus_of(dataset: xr.Dataset, runs: list[dict]) -> dict:
    """Where the page opens: the run of which most is known, and its strongest induction head."""
    run = richest(dataset, runs)
    strength = final_strength(dataset)
    if strength is None or not runs or np.isnan(strength[run]).all():
        return {"run": run, "head": None}
    layer, head = np.unravel_index(int(np.nanargmax(strength[run])), strength.shape[1:])
    return {"run": run, "head": [int(layer), int(head)]}


def richest(dataset: xr.Dataset, runs: list[dict]) -> int:
    """The run with most variables; of several the first, and one that diverged only where all did."""
    known = np.zeros(len(runs))
    for values in dataset.data_vars.values():
        if values.dims[:1] == ("run",):
            known += np.isfinite(values.to_numpy()).any(axis=tuple(range(1, values.ndim)))
    known -= [1000 * (item["status"] == "diverged") for item in runs]
    return int(known.argmax()) if runs else 0


def which(dataset: xr.Dataset, record: dict) -> Parts:
    """Heads whose induction strength ends above `INDUCTIVE`, in the run in focus and over all runs."""
    strength = final_strength(dataset)
    if strength is None or np.isnan(strength).all():
        return ["Induction strength was not recorded."]
    run = record["focus"]["run"]
    inductive = list(map(tuple, np.argwhere(strength[run] > INDUCTIVE).tolist()))
    inductive.sort(key=lambda place: -strength[run][place])
    label = f"In {record['runs'][run]['label']}: " if len(record["runs"]) > 1 else ""
    parts: Parts = [label]
    for i, (layer, head) in enumerate(inductive[:4]):
        text = (
            f"layer {record['layers'][layer]} head {record['heads'][head]} ({strength[run][layer, head]:.2f})"
        )
        parts += [", " if i else "", {"text": text, "run": record["runs"][run]["id"], "head": [layer, head]}]
    if len(inductive) > 4:
        parts.append(f" and {len(inductive) - 4} more")
    if not inductive:
        parts.append(f"{'none' if label else 'None'}: no head's induction strength ends above {INDUCTIVE}")
    parts.append(f" (strength above {INDUCTIVE} at the end)." if inductive else ".")
    if np.isfinite(strength).any(axis=(1, 2)).sum() > 1:
        known = np.isfinite(strength).any(axis=(1, 2))
        counts = (strength[known] > INDUCTIVE).sum(axis=(1, 2))
        span = f"{counts.min()}" if counts.min() == counts.max() else f"{counts.min()} to {counts.max()}"
        of = "all" if known.all() else "the"
        where = "" if known.all() else " of which heads were recorded"
        parts.append(f" Over {of} {runs_in_words(len(counts))}{where}: {span} heads each.")
    return parts


def spread(dataset: xr.Dataset, record: dict) -> Parts:
    """Earliest and latest transition, the range of final losses, runs that diverged."""
    if len(record["runs"]) == 1:
        return ["There is one run only, so nothing to compare."]
    found = sorted(main_transitions(record), key=lambda t: time_of(t)[0][0])
    labels = {run["id"]: run["label"] for run in record["runs"]}
    parts: Parts = []
    if len(found) > 1:
        first, last = time_of(found[0])[0][0], time_of(found[-1])[0][0]
        parts += [f"Transitions from {compact(first)} (", link_to(found[0], labels.get(found[0]["run"], "?"))]
        parts += [
            f") to {compact(last)} (",
            link_to(found[-1], labels.get(found[-1]["run"], "?")),
            f") {time_of(found[0])[1]}",
        ]
        parts.append(f", a factor of {last / first:.2g}. " if first > 0 else ". ")
    final = final_loss(dataset)
    if final.size > 1:
        parts.append(f"Final loss from {final.min():.2g} to {final.max():.2g}. ")
    lost = [run for run in record["runs"] if run["status"] == "diverged"]
    for i, run in enumerate(lost[:3]):
        text = {"text": run["label"], "run": run["id"], "step": run["diverged_at"]}
        parts += [", " if i else "Diverged: ", text, f" at step {compact(run['diverged_at'])}"]
    return parts + (["."] if lost else []) or ["Nothing comparable was recorded."]


def final_loss(dataset: xr.Dataset) -> np.ndarray:
    """Last finite loss of each run on the first evaluator (or in training); runs without one are left out."""
    if "loss" in dataset:
        values = dataset["loss"].to_numpy()[:, :, 0]
    elif "train_loss" in dataset:
        values = dataset["train_loss"].to_numpy()
    else:
        return np.empty(0)
    return np.array([run[np.isfinite(run)][-1] for run in values if np.isfinite(run).any()])
