"""The summary in words: since when was the fate sealed, what the run itself did, how far its forks are apart."""

import math
from collections import Counter
from typing import Any

import numpy as np

from ..page._words import compact

Parts = list[object]


def fate_headline(record: dict[str, Any]) -> list[dict[str, Any]]:
    """Answer three questions in a sentence or two each.

    Args:
        record: of `fates_payload`, so far.

    Returns:
        `[{title, parts}]`; a part is text, or `{text, at}` where it leads to a checkpoint.
    """
    return [
        {"title": "Since when was the fate sealed?", "parts": sealed(record)},
        {"title": "What did the run itself do?", "parts": itself(record)},
        {"title": "What became of its forks?", "parts": became(record)},
    ]


def sealed(record: dict[str, Any]) -> Parts:
    """Steps of 50 % and 95 % commitment, isotonic, then logistic."""
    chance = record["chance"]
    fate = "do not converge" if chance["falling"] else "converge"
    fit = chance["isotonic"]
    if fit is None:
        value, low, high = chance["own"][0]
        return [
            f"Only step {compact(chance['at'][0])} was forked: P(converge) = {value:.2f} ({low:.2f} to {high:.2f})."
        ]
    parts: Parts = [f"Half of all forks {fate}", *_when(record, fit["commitment"]["50"], "half")]
    parts += ["; 95 % of them", *_when(record, fit["commitment"]["95"], "95 %"), "."]
    logistic = chance["logistic"]
    if logistic:
        first = float(chance["at"][0])
        half, most = (_step(logistic["commitment"][name], first) for name in ("50", "95"))
        parts.append(f" A logistic curve puts these at {half} and {most}.")
    return parts


def itself(record: dict[str, Any]) -> Parts:
    """The parent's convergence step S, and how long before it the fate was decided."""
    root = record["parent"]
    if root is None or not len(root["steps"]):
        return ["The run's own curve was not given."]
    if not root["converged"]:
        return [f"It did not converge by step {compact(float(root['steps'][-1]))}."]
    parts: Parts = [f"It converged at step S = {compact(root['time'])}."]
    fit = record["chance"]["isotonic"]
    half = fit["commitment"]["50"][0] if fit else math.inf
    most = fit["commitment"]["95"][0] if fit else math.inf
    first = record["chance"]["at"][0]
    for share, step in (("one half", half), ("95 %", most)):
        if math.isfinite(step) and step <= first:
            parts.append(f" Of forks from the first checkpoint on, {share} or more did as well.")
        elif math.isfinite(step):
            parts.append(f" P passed {share} {_ahead(root['time'] - step, root['time'])}.")
    return parts


def became(record: dict[str, Any]) -> Parts:
    """Counts, the first and last checkpoint's P, and the range of S."""
    chance = record["chance"]
    forks, good = int(np.sum(chance["forks"])), int(np.sum(chance["converged"]))
    outcomes = Counter(row["outcome"] for rows in record["forks"] for row in rows)
    diverged, censored = outcomes["diverged"], outcomes["not known"]
    parts: Parts = [
        f"{good} of {forks} converged{others(record)}." if good < forks else f"All {forks} converged."
    ]
    if diverged:
        parts.append(f" {diverged} of them diverged.")
    if censored:
        parts.append(f" {censored} more were still converging when last seen, and count neither way.")
    if len(chance["at"]) > 1:
        for words, i in ((" P = ", 0), (", ", -1)):
            value, low, high = chance["own"][i]
            link = {"text": f"step {compact(chance['at'][i])}", "at": len(chance["at"]) - 1 if i else 0}
            parts += [f"{words}{value:.2f} ({low:.2f} to {high:.2f}) from ", link]
        parts.append(".")
    times = [row["time"] for rows in record["forks"] for row in rows if row["converged"]]
    if len(times) > 1:
        parts.append(
            f" Their S runs from {compact(min(times))} to {compact(max(times))}, "
            f"median {compact(float(np.median(times)))}."
        )
    return parts


def others(record: dict[str, Any]) -> str:
    """Say up to which step those forks were followed that did not converge: each has a last step of its own."""
    rows = [row for forks in record["forks"] for row in forks if row["outcome"] == "not converged"]
    if not rows:
        return ""
    last_steps = [row["time"] if math.isfinite(row["time"]) else record["followed"] for row in rows]
    first, last = compact(min(last_steps)), compact(max(last_steps))
    if first == last:
        return f"; the others had not by step {last}"
    return f"; the others had not by their last steps, {first} to {last}"


def _when(record: dict[str, Any], interval: list[float], share: str) -> Parts:
    """When made at which step, with its interval and a link to the nearest checkpoint; or that it never came to it."""
    at = np.asarray(record["chance"]["at"])
    value, low, high = interval
    if not math.isfinite(value):
        bound = (
            f" (with 95 % confidence not before {compact(low)})" if math.isfinite(low) and low > at[0] else ""
        )
        return [f" at none of the checkpoints up to step {compact(at[-1])}{bound}"]
    nearest = int(np.abs(at - value).argmin())
    if value <= at[0]:
        ends = (
            f" ({share} by step {compact(high)} with 95 % confidence)"
            if math.isfinite(high) and high > at[0]
            else ""
        )
        return [
            " already when made at the first checkpoint, ",
            {"text": f"step {compact(at[0])}", "at": nearest},
            ends,
        ]
    return [
        " when made at ",
        {"text": f"step {compact(value)}", "at": nearest},
        f" or later ({_range(low, high)})",
    ]


def _range(low: float, high: float) -> str:
    above = compact(high) if math.isfinite(high) else "beyond the last checkpoint"
    return f"95 % interval {compact(low)} to {above}"


def _step(interval: list[float], first: float) -> str:
    value, low, high = interval
    if value <= first:
        # Drawn on beyond the checkpoints, a curve may reach it before there was anything to decide.
        return "the first checkpoint or before"
    return f"{compact(value)} ({compact(low)} to {compact(high) if math.isfinite(high) else 'no bound'})"


def _ahead(steps: float, whole: float) -> str:
    if steps <= 0:
        return f"{compact(-steps)} steps after that"
    return f"{compact(steps)} steps earlier, at {100 * (1 - steps / whole):.0f} % of the way"
