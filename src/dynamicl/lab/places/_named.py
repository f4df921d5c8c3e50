"""Places as people write them on a command line: `slurm:partition=gpu,gpus=1,minutes=600`."""

import dataclasses
import shlex
import typing
from pathlib import Path
from typing import Any

from dynamicl.specs import SpecError, nearest

from ._here import Here
from ._local import Local
from ._place import Place
from ._ray import Ray
from ._slurm import Slurm

PLACES: dict[str, Any] = {"here": Here, "local": Local, "slurm": Slurm, "ray": Ray}
"""Places by the name that a command takes."""


def place_named(text: str) -> Place:
    """Read a place.

    Args:
        text: its name, and after a colon its fields, separated by commas; a text with commas is quoted. A field that
            takes several takes them separated by `+`; pairs are written `name:value`.

    Raises:
        SpecError: no such place or field, or a value that the field does not take.

    Example:
        >>> place_named("local:workers=4")
        Local(workers=4, runs=16, minutes=10000, gpus=0)
    """
    name, _, rest = text.partition(":")
    if name not in PLACES:
        raise SpecError(
            f"`place` is {text!r}: choose one of {', '.join(PLACES)}, such as slurm:partition=gpu,gpus=1"
        )
    return PLACES[name](**_fields(PLACES[name], name, rest))


def submission(place: Place, library: str | Path) -> str:
    """Say what a place would submit, and submit nothing; "" where that is nothing."""
    if not isinstance(place, Slurm):
        return ""
    return place.script(Path(library))


def _fields(kind: Any, name: str, text: str) -> dict[str, Any]:
    hints = typing.get_type_hints(kind)
    known = [field.name for field in dataclasses.fields(kind)]
    words = shlex.shlex(text, posix=True, punctuation_chars=False)
    words.whitespace, words.whitespace_split = ",", True
    try:
        parted = [word.partition("=")[::2] for word in words]
    except ValueError as error:
        raise SpecError(f"`place` is {name}:{text} ({error}): close the quotes") from None
    values: dict[str, Any] = {}
    for field, value in parted:
        if not known:
            raise SpecError(f"place `{name}` takes no fields, and has {field!r}: give `{name}` alone")
        if field not in known:
            raise SpecError(f"place `{name}` has no field `{field}`: did you mean {nearest(field, known)}?")
        if field in values:
            raise SpecError(f"`{name}.{field}` is given twice: give it once")
        values[field] = _value(f"{name}.{field}", hints[field], value)
    return values


def _value(where: str, hint: Any, text: str) -> Any:
    if hint is str:
        return text
    if hint in (int, float):
        try:
            return hint(text)
        except ValueError:
            raise SpecError(f"`{where}` is {text!r}: give it as `{hint.__name__}`") from None
    inner = typing.get_args(hint)[0]
    parts = text.split("+")
    if inner is str:
        return tuple(parts)
    pairs = [part.partition(":") for part in parts]
    if not all(between for _, between, _ in pairs):
        raise SpecError(f"`{where}` is {text!r}: give pairs `name:value`, several joined by `+`")
    number = typing.get_args(inner)[1]
    return tuple((first, _value(where, number, second)) for first, _, second in pairs)
