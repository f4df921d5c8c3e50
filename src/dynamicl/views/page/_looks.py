"""What the head in focus looks at from the query, before the transition and at the end, in words."""

from __future__ import annotations

import numpy as np
import xarray as xr

Parts = list[object]
CLEARLY = 0.05
"""Attention is said to have gone elsewhere at first if by more than this."""


def looks(dataset: xr.Dataset, record: dict) -> Parts | None:
    """Say how much of the query's attention went where.

    Args:
        dataset: numeric variables of the trajectory.
        record: the payload so far: `runs`, `transitions`, `focus`, `layers`, `heads`, `roles`.

    Returns:
        Parts as in `headline`; None where no attention by role, or no head to look at, is known.
    """
    run, place = record["focus"]["run"], record["focus"]["head"]
    if place is None or "attention_by_role" not in dataset or "checkpoint" not in dataset.coords:
        return None
    maps = dataset["attention_by_role"].to_numpy()[run, :, place[0], place[1]]
    names = record["roles"]["query"]
    # Rounded as they are on the page, which may not say another number than its own map.
    rows = np.rint(254 * maps[:, names.index("query") if "query" in names else -1]) / 254
    steps = dataset["checkpoint"].to_numpy()
    there = np.flatnonzero(np.isfinite(rows).all(axis=1))
    if len(there) < 2:
        return None
    last, first = int(there[-1]), _before(steps, there, _transition(record, run))
    go = {"run": record["runs"][run]["id"], "head": place}
    top = int(rows[last].argmax())
    then = int(rows[first].argmax())
    layer, head = record["layers"][place[0]], record["heads"][place[1]]
    early = "before the transition" if _transition(record, run) else "at first"
    parts: Parts = [
        "From the query, ",
        {"text": f"layer {layer} head {head}", **go},
        f" gave the {record['roles']['key'][top]} {_share(rows[first, top])} of its attention ",
        {"text": early, **go, "step": int(steps[first])},
        f" and {_share(rows[last, top])} ",
        {"text": "at the end", **go, "step": int(steps[last])},
        ".",
    ]
    if rows[first, then] > rows[first, top] + CLEARLY:
        parts.append(
            f" At first most, {_share(rows[first, then])}, went to the {record['roles']['key'][then]}."
        )
    return parts


def _transition(record: dict, run: int) -> dict | None:
    own = (t for t in record["transitions"] if t["found"] and t["run"] == record["runs"][run]["id"])
    return next(own, None)


def _before(steps: np.ndarray, there: np.ndarray, transition: dict | None) -> int:
    """The last map before the transition began, as the page's panel has it."""
    if transition is None:
        return int(there[0])
    value, low, _ = transition["time_steps"]
    begin = min(value if low is None else low, value - (transition["width"] or 0))
    early = there[steps[there] <= begin]
    return int(early[-1] if early.size else there[0])


def _share(weight: np.floating) -> str:
    return f"{100 * weight:.0f} %"
