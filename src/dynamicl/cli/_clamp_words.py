"""Clamps from the command line: `NAME` or `NAME:argument=value,...`, names from the library."""

import inspect
from collections.abc import Sequence
from typing import Any

from dynamicl.clamps import LIBRARY, Clamp
from dynamicl.specs import SpecError, check, nearest


def parse_clamps(words: Sequence[str]) -> tuple[Clamp, ...]:
    """Turn words into clamps, in order.

    >>> [clamp.site for clamp in parse_clamps(["step-1:heads=1+2", "steps-3v-5:head=3"])]
    ['layers.0.attn.pattern', 'logits']
    """
    return tuple(clamp for word in words for clamp in _one(word))


def _one(word: str) -> tuple[Clamp, ...]:
    name, _, rest = word.partition(":")
    check(name in LIBRARY, f"no clamp `{name}`: did you mean {nearest(name, LIBRARY)}?")
    maker = LIBRARY[name]
    known = inspect.signature(maker).parameters
    arguments: dict[str, Any] = {}
    for item in filter(None, rest.split(",")):
        key, _, value = item.partition("=")
        check(key in known, f"clamp `{name}` has no argument `{key}`: did you mean {nearest(key, known)}?")
        arguments[key] = _value(value)
    try:
        return maker(**_listed(arguments))
    except TypeError as error:
        raise SpecError(f"clamp `{name}`: {error}") from None


def _listed(arguments: dict[str, Any]) -> dict[str, Any]:
    """Let one head stand for a list of heads where a list is wanted."""
    plural = ("heads", "parts", "preserved")
    return {k: (v,) if k in plural and not isinstance(v, tuple) else v for k, v in arguments.items()}


def _value(text: str) -> Any:
    """Read `3`, `0.5`, `true`, `1+2+5` (a tuple) or a word."""
    if "+" in text:
        return tuple(_value(part) for part in text.split("+"))
    if text in ("true", "false"):
        return text == "true"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
