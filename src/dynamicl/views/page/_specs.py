"""What sets runs apart: flattened specs, the settings that differ, short labels and groups.

Costs nothing to speak of: specs are small nested dictionaries.
"""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence

import msgspec

Flat = dict[str, str]
FOREVER = 2**31 - 1
LONGEST = 44
SHORT_ID = 6
USUAL = {
    "strength": 1.0,
    "queries": [],
    "keys": [],
    "offsets": [],
    "gradient": "stop",
    "in_pass": "main",
}
"""A clamp's fields that go unsaid while they have these values."""


class ClampShape(msgspec.Struct):
    """What is read of a clamp's record."""

    site: str = ""
    heads: list[int] | None = None
    windows: list[tuple[int, int]] | None = None


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


def in_short(spec: object) -> object:
    """Replace every clamp of a spec by a few words, so that runs are told apart by what is held, not by its record."""
    if isinstance(spec, Mapping):
        clamps = spec.get("clamps")
        short = {key: in_short(value) for key, value in spec.items()}
        if isinstance(clamps, list):
            short["clamps"] = "; ".join(clamp_text(clamp) for clamp in clamps) or "none"
        return short
    return [in_short(value) for value in spec] if isinstance(spec, list) else spec


def clamp_text(clamp: object) -> str:
    """Write a clamp as a person would.

    Example:
        >>> value = {"kind": "constant", "number": 0.0}
        >>> clamp_text({"site": "layers.1.attn.v", "heads": [0, 1, 2, 4], "value": value, "strength": 1.0})
        'layers.1.attn.v[0-2, 4] = 0'
    """
    if not isinstance(clamp, Mapping) or not _is_clamp(clamp):
        return value_text(clamp)
    value = clamp.get("value")
    if isinstance(value, Mapping):
        named = {key: item for key, item in value.items() if key != "kind" and item not in (None, [], {})}
        kind = str(value.get("kind", "value"))
        inside = ", ".join(value_text(item) for item in named.values())
        text = inside if kind == "constant" else f"{kind} {inside}".strip()
    else:
        text = value_text(value)
    heads = clamp.get("heads")
    where = f"{clamp.get('site', 'clamp')}{f'[{spans(heads)}]' if heads else ''}"
    usual = [
        f"{key} {value_text(clamp[key])}"
        for key, default in USUAL.items()
        if clamp.get(key, default) != default
    ]
    return ", ".join([f"{where} = {text}", *usual, *windows_text(clamp.get("windows"))])


def _is_clamp(record: Mapping) -> bool:
    """Say whether a record has a clamp's shape: specs come out of files."""
    try:
        msgspec.convert(record, ClampShape)
    except msgspec.MsgspecError:
        return False
    return True


def windows_text(windows: object) -> list[str]:
    """Say between which steps a clamp acts; nothing where it always does."""
    if not isinstance(windows, list) or windows == [[0, FOREVER]]:
        return []
    pieces = [f"{start} on" if end == FOREVER else f"{start}-{end}" for start, end in windows]
    return ["steps " + " and ".join(pieces)]


def spans(numbers: Sequence[int]) -> str:
    """Write numbers with neighbours drawn together.

    Example:
        >>> spans([0, 1, 2, 5, 7, 8])
        '0-2, 5, 7-8'
    """
    out: list[list[int]] = []
    for n in sorted(numbers):
        if out and n == out[-1][-1] + 1:
            out[-1].append(n)
        else:
            out.append([n])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in out)


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
    keys = [key for key in _keys(specs) if _varies(specs, key)]
    keys.sort(key=_is_seed)
    kept: dict[tuple[int, ...], str] = {}
    for key in keys:
        kept.setdefault(_partition(specs, key), key)
    names = short_names(list(kept.values()))
    for key in names:
        if _is_seed(key) and _shared_seeds(specs, key, keys):
            # One number seeds them all: naming only one of them would say that the others agree.
            names[key] = "seed"
    return [_renamed(spec, names) for spec in specs]


def _shared_seeds(specs: Sequence[Flat], key: str, keys: Sequence[str]) -> bool:
    """Say whether other seeds have the same value as this one in every run."""
    others = [other for other in keys if other != key and _is_seed(other)]
    return _values(specs, key) in [_values(specs, other) for other in others]


def _values(specs: Sequence[Flat], key: str) -> list[str | None]:
    return [spec.get(key) for spec in specs]


def _renamed(spec: Flat, names: Mapping[str, str]) -> Flat:
    return {name: spec[key] for key, name in names.items() if key in spec}


def _keys(specs: Sequence[Flat]) -> list[str]:
    """List the keys of all, each once, in the order in which they come."""
    return list(dict.fromkeys(itertools.chain.from_iterable(specs)))


def settings_apart(specs: Sequence[Mapping]) -> list[Flat]:
    """Say of each run what sets it apart from the others.

    Args:
        specs: of the runs, as plain dictionaries.

    Returns:
        One dictionary a run: settings in which not all agree, by short names, values as text.

    Example:
        >>> settings_apart([{"model": {"heads": 2}, "steps": 5}, {"model": {"heads": 4}, "steps": 5}])
        [{'heads': '2'}, {'heads': '4'}]
    """
    return differences([flatten(in_short(spec)) for spec in specs])


def short_names(keys: Sequence[str]) -> dict[str, str]:
    """Give each dotted key the shortest tail that no other key shares; `seeds.init` reads `init seed`."""
    out = {}
    for key in keys:
        parts = key.split(".")
        if parts[-2:-1] == ["seeds"]:
            out[key] = f"{parts[-1]} seed"
            continue
        tails = [".".join(parts[-n:]) for n in range(1, len(parts) + 1)]
        others = [f".{other}" for other in keys if other != key]
        out[key] = next((tail for tail in tails if not _is_tail(tail, others)), key)
    return out


def _is_tail(tail: str, dotted: Sequence[str]) -> bool:
    return any(key.endswith(f".{tail}") for key in dotted)


def labels(ids: Sequence[str], differs: Sequence[Flat]) -> list[str]:
    """Name each run by what differs: the settings that tell most apart and its seed, and as many more as it takes.

    Labels are unique; where no setting tells two runs apart, by their ids.
    """
    telltale = telling(differs)
    rest = sorted((key for key in _keys(differs) if key not in telltale), key=_is_seed)
    texts = _texts_of(ids, differs, telltale)
    while rest and len(set(texts)) < len(texts):
        telltale.add(rest.pop(0))
        texts = _texts_of(ids, differs, telltale)
    counts, short = Counter(texts), {run[:SHORT_ID] for run in ids}
    return [
        f"{text} · {run[:SHORT_ID] if len(short) == len(ids) else run}"
        if counts[text] > 1 and text != run
        else text
        for text, run in zip(texts, ids, strict=True)
    ]


def _texts_of(ids: Sequence[str], differs: Sequence[Flat], telltale: Collection[str]) -> list[str]:
    """Write the telltale settings of every run."""
    texts = []
    for run, settings in zip(ids, differs, strict=True):
        words = [
            f"{key.replace('_', ' ')} {cut(value)}" for key, value in settings.items() if key in telltale
        ]
        texts.append(" · ".join(words) or run)
    return texts


def telling(differs: Sequence[Flat]) -> set[str]:
    """The seed, and the two other settings with most values."""
    seeds: list[str] = []
    others: list[str] = []
    for key in _keys(differs):
        (seeds if _is_seed(key) else others).append(key)
    others.sort(key=lambda key: -len({settings.get(key) for settings in differs}))
    return {*others[:2], *seeds[-1:]}


def cut(text: str) -> str:
    """Shorten a long value in its middle: clamps begin with where they act and end with what they hold."""
    return text if len(text) <= LONGEST else f"{text[: LONGEST // 2]}…{text[-LONGEST // 2 + 1 :]}"


def groups(differs: Sequence[Flat]) -> tuple[list[str], list[int]]:
    """Group runs that differ in seeds only.

    Returns:
        The groups' names and, for each run, the index of its group.
    """
    texts = []
    for settings in differs:
        words = [f"{key} {value}" for key, value in settings.items() if not _is_seed(key)]
        texts.append(" · ".join(words))
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
