"""What sets runs apart: flattened specs, the settings that differ, short labels and groups.

Costs nothing to speak of: specs are small nested dictionaries.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence

Flat = dict[str, str]


def flatten(spec: object, prefix: str = "") -> Flat:
    """Turn a nested spec into `{"a.b.c": "value"}`.

    Args:
        spec: what JSON holds; lists of plain values stay one setting, lists of records are numbered.
        prefix: the path so far.

    Returns:
        One entry a setting, values as short text.

    Example:
        >>> flatten({"model": {"heads": 8, "widths": [64, 64]}})
        {'model.heads': '8', 'model.widths': '[64, 64]'}
    """
    if isinstance(spec, Mapping):
        parts = [flatten(value, f"{prefix}.{key}" if prefix else str(key)) for key, value in spec.items()]
    elif isinstance(spec, list) and any(isinstance(value, (Mapping, list)) for value in spec):
        parts = [flatten(value, f"{prefix}.{i}" if prefix else str(i)) for i, value in enumerate(spec)]
    else:
        return {prefix or "spec": value_text(spec)}
    return {key: text for part in parts for key, text in part.items()}


def value_text(value: object) -> str:
    """Write a setting's value as a person would: `1e-05`, `none`, `yes`, `[1, 2]`."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    return value if isinstance(value, str) else json.dumps(value)


def differences(specs: Sequence[Flat]) -> list[Flat]:
    """Keep of each run the settings in which not all runs agree, under short names.

    Of settings that vary in lockstep (an initialisation and a data seed drawn together) the first is kept:
    the others say nothing new. Seeds come last.

    Returns:
        One dictionary a run, all with the same order of keys; empty ones when nothing differs.
    """
    keys = [key for key in dict.fromkeys(key for spec in specs for key in spec) if _varies(specs, key)]
    keys.sort(key=_is_seed)
    kept: dict[tuple[int, ...], str] = {}
    for key in keys:
        kept.setdefault(_partition(specs, key), key)
    names = short_names(list(kept.values()))
    return [{names[key]: spec[key] for key in kept.values() if key in spec} for spec in specs]


def short_names(keys: Sequence[str]) -> dict[str, str]:
    """Give each dotted key the shortest tail that no other key shares; `seeds.init` reads `init seed`."""
    out = {}
    for key in keys:
        parts = key.split(".")
        if parts[-2:-1] == ["seeds"]:
            out[key] = f"{parts[-1]} seed"
            continue
        tails = [".".join(parts[-n:]) for n in range(1, len(parts) + 1)]
        clashes = [k for k in keys if k != key]
        out[key] = next((t for t in tails if not any(k == t or k.endswith("." + t) for k in clashes)), key)
    return out


def labels(ids: Sequence[str], differs: Sequence[Flat]) -> list[str]:
    """Name each run by what differs (at most three settings), or by its id; labels are unique."""
    texts = [" · ".join(f"{key} {value}" for key, value in list(d.items())[-3:]) for d in differs]
    texts = [text or run for text, run in zip(texts, ids, strict=True)]
    counts = Counter(texts)
    return [
        f"{text} · {run}" if counts[text] > 1 and text != run else text
        for text, run in zip(texts, ids, strict=True)
    ]


def groups(differs: Sequence[Flat]) -> tuple[list[str], list[int]]:
    """Group runs that differ in seeds only.

    Returns:
        The groups' names and, for each run, the index of its group.
    """
    texts = [" · ".join(f"{key} {value}" for key, value in d.items() if not _is_seed(key)) for d in differs]
    names = list(dict.fromkeys(texts))
    return [name or "all runs" for name in names], [names.index(text) for text in texts]


def _is_seed(key: str) -> bool:
    return "seed" in key


def _varies(specs: Sequence[Flat], key: str) -> bool:
    return len({spec.get(key) for spec in specs}) > 1


def _partition(specs: Sequence[Flat], key: str) -> tuple[int, ...]:
    values = [spec.get(key) for spec in specs]
    order = {value: i for i, value in enumerate(dict.fromkeys(values))}
    return tuple(order[value] for value in values)
