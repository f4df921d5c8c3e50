"""Specs as JSON: every frozen dataclass registered under a kind goes out and comes back byte for byte."""

import dataclasses
import functools
import hashlib
import json
import math
import types
import typing
from collections.abc import Callable
from typing import Any, TypeVar

from ._errors import SpecError, check, nearest
from ._html import spec_html
from ._known import UNKNOWN, Known

_KINDS: dict[str, type] = {}
MISSING = dataclasses.MISSING
DIGITS = 32
"""Of a name made by hashing: 128 bits, which nobody can aim at."""
ADDED = "added"
NOT_FINITE = ("inf", "-inf", "nan")
LARGEST = {int: 2**31 - 1, float: 3.4028234e38}
"""What the arrays of a compiled program hold: 32-bit integers and floats."""
T = TypeVar("T")


def register(kind: str) -> Callable[[type[T]], type[T]]:
    """Register a frozen dataclass as a spec under the name that its JSON carries.

    Args:
        kind: name written as `"kind"`; unique within the process.

    Returns:
        A class decorator.

    Raises:
        SpecError: the class is not a frozen dataclass, or the kind belongs to another class.
    """

    def decorate(cls: type[T]) -> type[T]:
        params = getattr(cls, "__dataclass_params__", None)
        check(
            params is not None and params.frozen,
            f"`{cls.__name__}` cannot be registered: decorate it with `@dataclass(frozen=True)` below `@register`",
        )
        known = _KINDS.get(kind)
        check(
            known is None or (known.__module__, known.__qualname__) == (cls.__module__, cls.__qualname__),
            f"kind `{kind}` belongs to `{known}`: choose another name",
        )
        _KINDS[kind] = cls
        cls.kind = kind  # type: ignore[attr-defined]
        if "_repr_html_" not in cls.__dict__:
            cls._repr_html_ = spec_html  # type: ignore[attr-defined]
        return cls

    return decorate


def added(default: Any) -> Any:
    """Declare a field that a kind gained after runs had been trained.

    At its default it stays out of the JSON, so that the runs of before keep their names.
    """
    return dataclasses.field(default=default, metadata={ADDED: True})


def hints_of(cls: Any) -> dict[str, Any]:
    """Return the annotations of a class, evaluated once: planning many runs asks for them again and again."""
    return _evaluated(cls)


@functools.cache
def _evaluated(cls: type) -> dict[str, Any]:
    return typing.get_type_hints(cls)


def to_dict(spec: Any) -> Any:
    """Turn a spec into JSON-able dictionaries, lists and scalars."""
    if dataclasses.is_dataclass(spec) and not isinstance(spec, type):
        hints = hints_of(type(spec))
        body = {
            f.name: to_dict(as_hinted(getattr(spec, f.name), hints[f.name]))
            for f in dataclasses.fields(spec)
            if not (ADDED in f.metadata and getattr(spec, f.name) == f.default)
        }
        kind = getattr(spec, "kind", None)
        return {"kind": kind, **body} if kind else body
    if isinstance(spec, tuple | list):
        return [to_dict(item) for item in spec]
    if isinstance(spec, float) and not math.isfinite(spec):
        return {"float": repr(spec)}
    if spec is None or isinstance(spec, bool | int | float | str):
        return spec
    raise SpecError(f"a spec holds `{type(spec).__name__}`: use numbers, text, tuples or other specs")


def as_hinted(value: Any, hint: Any) -> Any:
    """Bring a number where a float is meant into one form, so that 1 and 1.0, -0.0 and 0.0 describe the same run."""
    if hint is not float or not isinstance(value, int | float) or isinstance(value, bool):
        return value
    return float(value) or 0.0


def from_dict(data: Any, like: Any = None) -> Any:
    """Build the spec that `to_dict` described.

    Args:
        data: what `to_dict` returned.
        like: the annotation of the field being filled, for specs that carry no kind of their own.

    Raises:
        SpecError: an unknown kind or field, with the nearest known names; a field that is missing or of the wrong
            type.
    """
    if isinstance(data, dict) and set(data) == {"float"}:
        check(
            data["float"] in NOT_FINITE,
            f"`float` is {data['float']!r}: choose one of {', '.join(NOT_FINITE)}",
        )
        return float(data["float"])
    if isinstance(data, dict):
        return _spec_from(data, _class_of(data, like))
    if isinstance(data, list):
        args = typing.get_args(like)
        inner = args[0] if typing.get_origin(like) is tuple and args else None
        return tuple(from_dict(item, inner) for item in data)
    if like is float:
        _check_type(data, like, "float")
    return as_hinted(data, like)


def _spec_from(data: dict, cls: type) -> Any:
    fields = {f.name: f for f in dataclasses.fields(cls)}
    hints = hints_of(cls)
    values = {}
    for name, value in data.items():
        if name == "kind":
            continue
        check(
            name in fields, f"`{cls.__name__}` has no field `{name}`: did you mean {nearest(name, fields)}?"
        )
        if hints[name] is float and not isinstance(value, dict):
            _check_type(value, float, name)
        values[name] = from_dict(value, hints[name])
        _check_type(values[name], hints[name], name)
    for name, f in fields.items():
        given = name in values or f.default is not MISSING or f.default_factory is not MISSING
        check(given, f"`{cls.__name__}` is incomplete: give `{name}`")
    return cls(**values)


def _class_of(data: dict, like: Any) -> type:
    kind = data.get("kind")
    if kind is not None:
        check(
            isinstance(kind, str) and kind in _KINDS,
            f"unknown kind `{kind}`: known are {nearest(str(kind), _KINDS)}; import the module that registers it",
        )
        return _KINDS[kind]
    options = typing.get_args(like) if isinstance(like, types.UnionType) else (like,)
    for option in options:
        if dataclasses.is_dataclass(option) and isinstance(option, type):
            return option
    raise SpecError(
        f"a description with fields {sorted(data)} has no `kind`: add one of {nearest('', _KINDS)}"
    )


def to_json(spec: Any, known: Known | None = None) -> str:
    """Serialise a spec; equal specs give equal text, byte for byte.

    Args:
        spec: to be written.
        known: texts of parts that other specs share with it.
    """
    if known is not None and isinstance(spec, tuple):
        return "[" + ",".join(to_json(item, known) for item in spec) + "]"
    if known is None or not dataclasses.is_dataclass(spec) or isinstance(spec, type):
        return json.dumps(to_dict(spec), sort_keys=True, separators=(",", ":"), allow_nan=False)
    text = known.recall(spec, "json")
    return known.keep(spec, "json", _joined(spec, known)) if text is UNKNOWN else text


def _joined(spec: Any, known: Known) -> str:
    """Put the JSON of a spec together from that of its fields, in the order and form of `json.dumps`."""
    hints = hints_of(type(spec))
    texts = {}
    for f in dataclasses.fields(spec):
        value = getattr(spec, f.name)
        if not (ADDED in f.metadata and value == f.default):
            texts[f.name] = to_json(as_hinted(value, hints[f.name]), known)
    kind = getattr(spec, "kind", None)
    if kind:
        texts["kind"] = json.dumps(kind)
    return "{" + ",".join(f'"{name}":{texts[name]}' for name in sorted(texts)) + "}"


def from_json(text: str) -> Any:
    """Read a spec back from `to_json`'s text."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SpecError(f"the description is no JSON ({error}): write it with `to_json`") from None
    return from_dict(data)


def spec_hash(spec: Any) -> str:
    """Hash a spec's JSON: 32 hexadecimal digits (128 bits) that name what was trained."""
    return hashlib.sha256(to_json(spec).encode()).hexdigest()[:DIGITS]


def validate(spec: Any, path: str = "", known: Known | None = None) -> None:
    """Check a spec and everything in it: field types, then each spec's own `check`.

    Args:
        spec: to be checked.
        path: where it stands, for errors.
        known: parts that other specs share with it and that were found right.

    Raises:
        SpecError: with the path of the field at fault and the remedy.
    """
    if isinstance(spec, tuple | list):
        for i, item in enumerate(spec):
            validate(item, f"{path}.{i}", known)
    if not dataclasses.is_dataclass(spec) or isinstance(spec, type):
        return
    if known is not None and known.recall(spec, "valid") is not UNKNOWN:
        return
    hints = hints_of(type(spec))
    for f in dataclasses.fields(spec):
        value, here = getattr(spec, f.name), f"{path}.{f.name}".lstrip(".")
        _check_type(value, hints[f.name], here)
        if "vary" in f.metadata:
            _check_range(value, hints[f.name], here)
        validate(value, here, known)
    own = getattr(type(spec), "check", None)
    if own is not None:
        own(spec)
    if known is not None:
        known.keep(spec, "valid", True)


def _check_type(value: Any, hint: Any, path: str) -> None:
    # Messages are made where they are needed: showing every value takes longer than checking it.
    if hint in (int, float, bool, str):
        _check_scalar(value, hint, path)
    elif typing.get_origin(hint) is typing.Literal:
        options = typing.get_args(hint)
        if value not in options:
            raise SpecError(f"`{path}` is {_shown(value)}: choose one of {', '.join(map(repr, options))}")
    elif typing.get_origin(hint) is tuple:
        if not isinstance(value, tuple):
            raise SpecError(f"`{path}` is {_shown(value)}: give a tuple")
        args = typing.get_args(hint)
        for i, item in enumerate(value):
            if args:
                _check_type(
                    item, args[0] if args[-1] is Ellipsis else args[min(i, len(args) - 1)], f"{path}.{i}"
                )
    elif dataclasses.is_dataclass(hint) and not isinstance(value, typing.cast(type, hint)):
        raise SpecError(f"`{path}` is {_shown(value)}: give a `{getattr(hint, '__name__', hint)}`")


def _check_scalar(value: Any, hint: type, path: str) -> None:
    is_bool = isinstance(value, bool)
    if hint is float:
        fits = isinstance(value, int | float) and not is_bool
    else:
        fits = isinstance(value, hint) and (hint is bool or not is_bool)
    if not fits:
        raise SpecError(f"`{path}` is {_shown(value)}: give it as `{hint.__name__}`")
    if isinstance(value, int) and abs(value) >= 2**63:
        raise SpecError(f"`{path}` is {_shown(value)}: give less than 2^63")
    if hint is float and math.isnan(value):
        raise SpecError(f"`{path}` is nan: give a number")


def _check_range(value: Any, hint: Any, path: str) -> None:
    if hint in LARGEST and math.isfinite(value):
        check(abs(value) <= LARGEST[hint], f"`{path}` is {value}: give {LARGEST[hint]} at most")


def _shown(value: Any) -> str:
    """Show a value in an error, on one line and not at any length; Python refuses to show the longest integers."""
    huge = isinstance(value, int) and abs(value) >= 10**20
    text = " ".join(("a huge integer" if huge else repr(value)).split())
    return text if len(text) <= 80 else f"{text[:77]}..."
