"""Records as the page wants them: transitions, verdicts, studies and clamped curves, checked and JSON-safe."""

from __future__ import annotations

import dataclasses
import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
import numpy as np

from dynamicl.files import DEEPEST, convert, nesting
from dynamicl.specs import SpecError

STEP_NAME = re.compile(r"(?<![a-z0-9])(3qk|3v|[1245])(?![a-z0-9])")
CURVES = "give {name: {sequences: numbers, loss: numbers, steps: names or nothing}}"
STEPS_OF_SUBCIRCUITS = {"layer 1": ["1", "2"], "match": ["1", "2", "3qk", "4"], "copy": ["3v", "5"]}


class Curve(msgspec.Struct):
    """The loss with steps of the induction circuit clamped."""

    sequences: list[int | float] = []
    loss: list[Any] = []
    steps: list[str] | None = None


class Curves(msgspec.Struct):
    """Clamped curves by name."""

    clamped_curves: dict[str, Curve]


def json_safe(value: object) -> Any:
    """Turn what may stand in a record into plain JSON values; numbers that are not finite become None."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return json_safe(dataclasses.asdict(value))
    if isinstance(value, Mapping):
        return {str(key): json_safe(item) for key, item in value.items()}
    if isinstance(value, np.ndarray):
        return json_safe(value.tolist())
    if isinstance(value, (list, tuple, set)):
        return [json_safe(item) for item in value]
    if isinstance(value, np.generic):
        return json_safe(value.item())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if value is None or isinstance(value, (str, int, bool)) else str(value)


def read_json(text: object, default: object) -> Any:
    """Read JSON text; what is already an object passes, what is no JSON, or nests without end, gives `default`."""
    if not isinstance(text, str):
        return json_safe(text) if text is not None else default
    # A text of brackets alone would take the reader down with it.
    if nesting(text.encode(errors="replace")) > DEEPEST:
        return default
    try:
        return json_safe(json.loads(text))
    except ValueError:
        return default


def interval(value: object) -> list | None:
    """Bring an interval, given as (value, low, high) or as a record with these names, into a list."""
    value = json_safe(value)
    if isinstance(value, dict):
        value = [value.get("value"), value.get("low"), value.get("high")]
    if isinstance(value, (int, float)):
        value = [value, None, None]
    if not isinstance(value, list) or len(value) != 3 or value[0] is None:
        return None
    return value


def transition_records(transitions: Iterable[object]) -> list[dict]:
    """Normalise Transition records; one without a finite time counts as not found.

    Times are in sequences for all of them or for none.
    """
    out = []
    for transition in transitions:
        record = json_safe(transition)
        steps, sequences = interval(record.get("time_steps")), interval(record.get("time_sequences"))
        width = interval(record.get("width_steps"))
        out.append(
            {
                "run": str(record.get("run", "")),
                "curve": str(record.get("curve", "loss")),
                "evaluator": record.get("evaluator"),
                "found": bool(record.get("found")) and steps is not None,
                "time_steps": steps,
                "time_sequences": sequences,
                "width": width[0] if width else None,
            }
        )
    # Times in sequences beside times in steps would be compared as if they were alike.
    if any(record["found"] and record["time_sequences"] is None for record in out):
        out = [{**record, "time_sequences": None} for record in out]
    return out


def verdict_records(verdicts: Iterable[Mapping], studies: Iterable[Mapping]) -> tuple[list[dict], list[dict]]:
    """Give each verdict its study, and each study that occurs a title.

    Args:
        verdicts: Verdict records; `id` begins with the study's name and a dot.
        studies: records `{name, title, summary}`; those that judge nothing are left out.

    Returns:
        Verdicts with `study`, and the studies in the order given, then as they occur.
    """
    rows = [{**json_safe(v), "study": str(v.get("id", "claims")).split(".")[0]} for v in verdicts]
    told = {str(s.get("name", "")): json_safe(s) for s in studies}
    present = list(dict.fromkeys(row["study"] for row in rows))
    order = [name for name in told if name in present] + [name for name in present if name not in told]
    named = [
        {
            "name": n,
            "title": str(told.get(n, {}).get("title") or n),
            "summary": str(told.get(n, {}).get("summary") or ""),
        }
        for n in order
    ]
    return rows, named


def clamped_records(curves: object) -> list[dict]:
    """Normalise clamped curves.

    Args:
        curves: `{name: {"sequences": (n,), "loss": (n,) or (runs, n), "steps": optional list}}`; where `steps`
            (of `1 2 3qk 4 3v 5`) is missing it is read from the name.

    Raises:
        SpecError: they are of another shape: no `sequences` or `loss`, other lengths, or no numbers.
    """
    known = convert(json_safe({"clamped_curves": curves}), Curves, "`clamped_curves`", CURVES)
    return [_clamped_record(name, curve) for name, curve in known.clamped_curves.items()]


def _clamped_record(name: str, curve: Curve) -> dict:
    try:
        loss = np.atleast_2d(np.asarray(curve.loss, float))
    except (ValueError, TypeError):
        raise SpecError(
            f"`clamped_curves[{name!r}]` has a `loss` that is no table of numbers: {CURVES}"
        ) from None
    if not curve.sequences or loss.shape[1:] != (len(curve.sequences),):
        raise SpecError(
            f"`clamped_curves[{name!r}]` has {len(curve.sequences)} `sequences` and `loss` of shape {loss.shape}; "
            "give `loss` as (sequences,) or (runs, sequences) with one value for each of `sequences`"
        )
    return {
        "name": name,
        "steps": list(curve.steps or steps_in(name)),
        "sequences": curve.sequences,
        "loss": json_safe(loss),
    }


def steps_in(name: str) -> Sequence[str]:
    """Read the induction steps out of a clamp's name: `"1, 2, 3qk"`, `"layer 1"`, `"match"`, `"copy"`."""
    for words, steps in STEPS_OF_SUBCIRCUITS.items():
        if words in name.lower():
            return steps
    return STEP_NAME.findall(name.lower())
