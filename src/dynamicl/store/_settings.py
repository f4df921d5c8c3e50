"""Settings as data: in what runs differ, by the dotted paths of their specs, with values that can be computed with."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

Value = int | float | bool | str | None


def settings_of(specs: Sequence[Mapping[str, Any]]) -> dict[str, list[Value]]:
    """Return every setting in which not all runs agree.

    Args:
        specs: of the runs, as plain dictionaries.

    Returns:
        A value for each run by dotted path, in the order in which specs have them; None where a run has no such
        setting. Entries of a list of records are numbered; a list of plain values is one setting, as JSON.

    Example:
        >>> settings_of([{"optimizer": {"rate": 0.1}, "steps": 5}, {"optimizer": {"rate": 0.2}, "steps": 5}])
        {'optimizer.rate': [0.1, 0.2]}
    """
    leaves = [_leaves(spec) for spec in specs]
    paths = dict.fromkeys(path for own in leaves for path in own)
    settings: dict[str, list[Value]] = {}
    for path in paths:
        values = [own.get(path) for own in leaves]
        if any(value != values[0] for value in values):
            settings[path] = values
    return settings


def as_array(values: Sequence[Value]) -> np.ndarray:
    """Make an array of one setting's values: of numbers where all are (NaN where a run has none), else of text.

    Args:
        values: one for each run.
    """
    present = [value for value in values if value is not None]
    kinds = {type(value) for value in present}
    if kinds <= {int, float} and present:
        whole = kinds == {int} and len(present) == len(values)
        return np.array(
            values if whole else [np.nan if v is None else v for v in values], int if whole else float
        )
    if kinds == {bool} and len(present) == len(values):
        return np.array(values, bool)
    return np.array(["" if value is None else _text(value) for value in values])


def _leaves(value: Any, before: str = "") -> dict[str, Value]:
    """Flatten what JSON holds to its plain values, by dotted path."""
    if isinstance(value, Mapping):
        inside = dict(value)
    elif isinstance(value, list) and any(isinstance(item, Mapping | list) for item in value):
        inside = {str(place): item for place, item in enumerate(value)}
    else:
        return {before: json.dumps(value) if isinstance(value, list) else value}
    leaves: dict[str, Value] = {}
    for name, item in inside.items():
        leaves |= _leaves(item, f"{before}.{name}" if before else str(name))
    return leaves


def _text(value: Value) -> str:
    return value if isinstance(value, str) else json.dumps(value)
