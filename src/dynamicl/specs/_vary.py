"""What may differ between the runs of one compiled program, and what may not.

A field declared with `vary` becomes an array over runs: N values are one compilation. Everything else is static and
decides which runs share a program.
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from ._known import UNKNOWN, Known
from ._serial import as_hinted, hints_of

Encode = Callable[[Any], np.ndarray | None]


def _number(value: Any) -> np.ndarray:
    return np.asarray(value, np.float32 if isinstance(value, float) else np.int32)


def vary(
    default: Any = dataclasses.MISSING, *, encode: Encode = _number, zero_is_static: bool = False
) -> Any:
    """Declare a field whose values differ between runs of one cohort.

    Args:
        default: the field's default.
        encode: turns the value into the array that the compiled program sees; its shape must not depend on the
            value within a cohort. `None` keeps the value static.
        zero_is_static: leave out the whole computation where the value is zero; such runs form their own cohort.

    Returns:
        A dataclass field.
    """

    def encoder(value: Any) -> np.ndarray | None:
        return None if zero_is_static and not np.any(value) else encode(value)

    return dataclasses.field(default=default, metadata={"vary": encoder})


def host(default: Any) -> Any:
    """Declare a field that the compiled program never sees and that does not decide who shares it."""
    return dataclasses.field(default=default, metadata={"host": True})


def split(spec: Any, path: str = "", known: Known | None = None) -> tuple[Any, dict[str, np.ndarray]]:
    """Part a spec into what is static and what varies.

    Args:
        spec: to be parted.
        path: where it stands in a larger one.
        known: parts that other specs share with it.

    Returns:
        The spec with every varying field set to `None` (the key under which runs form cohorts), and the varying
        values as arrays by dotted path.
    """
    if isinstance(spec, tuple):
        return _split_tuple(spec, path, known)
    if not dataclasses.is_dataclass(spec) or isinstance(spec, type):
        return spec, {}
    if known is None:
        return _split_spec(spec, path, known)
    parted = known.recall(spec, f"split at {path}")
    return (
        known.keep(spec, f"split at {path}", _split_spec(spec, path, known)) if parted is UNKNOWN else parted
    )


def _split_tuple(spec: tuple, path: str, known: Known | None) -> tuple[tuple, dict[str, np.ndarray]]:
    items, arrays = [], {}
    for i, item in enumerate(spec):
        rest, found = split(item, f"{path}.{i}".lstrip("."), known)
        items.append(rest)
        arrays |= found
    return tuple(items), arrays


def _split_spec(spec: Any, path: str, known: Known | None) -> tuple[Any, dict[str, np.ndarray]]:
    arrays: dict[str, np.ndarray] = {}
    changes: dict[str, Any] = {}
    hints = hints_of(type(spec))
    for f in dataclasses.fields(spec):
        value, here = as_hinted(getattr(spec, f.name), hints[f.name]), f"{path}.{f.name}".lstrip(".")
        if f.metadata.get("host"):
            changes[f.name] = None
            continue
        encode = f.metadata.get("vary")
        encoded = encode(value) if encode is not None and value is not None else None
        if encoded is not None:
            arrays[here], changes[f.name] = encoded, None
        else:
            changes[f.name], found = split(value, here, known)
            arrays |= found
    return _with(spec, changes), arrays


def merge(static: Any, arrays: Mapping[str, Any], path: str = "") -> Any:
    """Put values back where `split` took them from; they may be traced."""
    if isinstance(static, tuple):
        return tuple(merge(item, arrays, f"{path}.{i}".lstrip(".")) for i, item in enumerate(static))
    if not dataclasses.is_dataclass(static) or isinstance(static, type):
        return static
    changes = {}
    for f in dataclasses.fields(static):
        here = f"{path}.{f.name}".lstrip(".")
        changes[f.name] = arrays[here] if here in arrays else merge(getattr(static, f.name), arrays, here)
    return _with(static, changes)


def stacked(members: Sequence[Mapping[str, Any]]) -> dict[str, np.ndarray]:
    """Stack the arrays of several members along a new first axis, path by path; all have those of the first."""
    table = {}
    for path in members[0]:
        table[path] = np.stack([member[path] for member in members])
    return table


def _with(spec: Any, changes: Mapping[str, Any]) -> Any:
    """Copy a spec with other values. They are `None` or traced arrays, which its constructor would not take."""
    copy = object.__new__(type(spec))
    for name, value in changes.items():
        object.__setattr__(copy, name, value)
    return copy
