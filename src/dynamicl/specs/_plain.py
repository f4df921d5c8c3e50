"""What people hand over where a plain value is meant: NumPy's numbers, lists, paths."""

import dataclasses
from pathlib import PurePath
from typing import Any

import numpy as np


def plain(spec: Any) -> Any:
    """Turn NumPy's numbers into Python's, lists into tuples and paths into text, everywhere inside a spec.

    A number of low precision is taken for what it is written as: `np.float32(1e-3)` is 0.001.

    Args:
        spec: any spec, or a value of one.

    Returns:
        An equal one; the same object where nothing had to be turned.
    """
    if dataclasses.is_dataclass(spec) and not isinstance(spec, type):
        changes = {}
        for field in dataclasses.fields(spec):
            value = getattr(spec, field.name)
            turned = plain(value)
            if turned is not value:
                changes[field.name] = turned
        return dataclasses.replace(spec, **changes) if changes else spec
    if isinstance(spec, tuple | list):
        items = [plain(item) for item in spec]
        same = isinstance(spec, tuple) and all(a is b for a, b in zip(items, spec, strict=True))
        return spec if same else tuple(items)
    if isinstance(spec, PurePath):
        return str(spec)
    return _number(spec)


def _number(value: Any) -> Any:
    """Turn a number of NumPy's, or an array of one number, into Python's."""
    if isinstance(value, bool | int | float | str) and not isinstance(value, np.generic):
        return value
    if not isinstance(value, np.generic) and getattr(value, "shape", None) != ():
        return value
    try:
        number = np.asarray(value)[()]
    except Exception:
        # Inside a compiled program there is a value without a number: it stays what it is.
        return value
    if isinstance(number, np.bool_):
        return bool(number)
    if isinstance(number, np.integer):
        return int(number)
    if isinstance(number, np.floating):
        return float(str(number))
    return value
