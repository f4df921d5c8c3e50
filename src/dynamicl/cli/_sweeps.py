"""Sweeps from the command line: one field of a run, named by a dotted path, and the values that it takes."""

import dataclasses
import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from dynamicl.specs import SpecError, check, nearest
from dynamicl.training import RunSpec


def swept(runs: Sequence[RunSpec], axis: str) -> list[RunSpec]:
    """Cross runs with the values of one field.

    Args:
        runs: at least one.
        axis: `FIELD=VALUE,VALUE`; hyphens, as flags have them, stand for underscores.

    Returns:
        Every run with every value.

    Raises:
        SpecError: there is no such field, or it cannot have such a value.
    """
    path, _, values = axis.partition("=")
    check(
        bool(values),
        f"`sweep` is {axis!r}: give FIELD=VALUE,VALUE, e.g. optimizer.learning_rate=1e-4,1e-3",
    )
    path = _field_path(runs[0], path)
    return [with_field(run, path, value) for run, value in itertools.product(runs, values.split(","))]


def value_at(spec: Mapping[str, Any] | Sequence[Any], path: str) -> Any:
    """Read a setting out of a spec's JSON by its dotted path.

    >>> value_at({"clamps": [{"strength": 0.5}]}, "clamps.0.strength")
    0.5
    """
    name, _, rest = path.partition(".")
    inside = spec[name] if isinstance(spec, Mapping) else spec[int(name)]
    return value_at(inside, rest) if rest else inside


def _field_path(spec: Any, path: str) -> str:
    """Return a field's dotted path as Python spells it; flags have hyphens in the place of underscores."""
    path = path.replace("-", "_")
    if "." in path or path in {field.name for field in dataclasses.fields(spec)}:
        return path
    inside = [known for known in _paths(spec) if known.endswith(f".{path}")]
    check(
        not inside,
        f"`sweep` names no field `{path}`: did you mean {', '.join(f'`{known}`' for known in inside)}?",
    )
    return path


def _paths(spec: Any, before: str = "") -> list[str]:
    """List the dotted paths of a spec's fields, nested ones included."""
    paths = []
    for part in dataclasses.fields(spec):
        value = getattr(spec, part.name)
        paths.append(before + part.name)
        if dataclasses.is_dataclass(value):
            paths += _paths(value, f"{before}{part.name}.")
    return paths


def with_field(spec: Any, path: str, text: str) -> Any:
    """Return the spec with one field, named by a dotted path, set to a value read from text.

    Entries of a tuple are named by their place, as in `clamps.0.strength`.
    """
    name, _, rest = path.partition(".")
    within = dataclasses.is_dataclass(spec)
    known = [f.name for f in dataclasses.fields(spec)] if within else [str(i) for i in range(len(spec))]
    if name not in known:
        near = f"did you mean {nearest(name, known)}?" if known else "there is nothing in it"
        raise SpecError(f"`sweep` names no field `{name}`: {near}")
    current = getattr(spec, name) if within else spec[int(name)]
    if rest:
        whole = dataclasses.is_dataclass(current) or isinstance(current, tuple)
        check(
            whole, f"`sweep` names `{rest}` of `{name}`, which is {current!r} and has no fields: leave it out"
        )
        value = with_field(current, rest, text)
    else:
        value = _read(path, current, text)
    if within:
        return dataclasses.replace(spec, **{name: value})
    return (*spec[: int(name)], value, *spec[int(name) + 1 :])


def _read(path: str, current: Any, text: str) -> Any:
    """Read a value of the same type as the current one."""
    kind = type(current)
    readers: dict[type, Callable[[str], Any]] = {
        bool: lambda word: {"true": True, "false": False}[word.lower()]
    }
    readers |= {simple: simple for simple in (int, float, str)}
    try:
        return readers[kind](text)
    except (ValueError, KeyError):
        allowed = "true or false" if kind is bool else f"a {kind.__name__}"
        what = f"give {allowed}" if kind in readers else "it is no number or word; sweep one of its fields"
        raise SpecError(f"`sweep` gives `{path}` the value {text!r}: {what}") from None
