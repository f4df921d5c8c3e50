"""Clamps from the command line: `NAME` or `NAME:argument=value,...`, names from the library.

Besides its own arguments every clamp takes when it acts, how strongly, and what gradients do: `windows=0-200`,
`strength=0.5`, `gradient=straight_through`.
"""

import dataclasses
import inspect
from collections.abc import Sequence
from typing import Any, get_args

from dynamicl.clamps import FOREVER, LIBRARY, Clamp
from dynamicl.specs import check, nearest

COMMON = ("windows", "strength", "gradient")
"""Fields of a clamp that every word can give."""


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
    common: dict[str, Any] = {}
    for item in filter(None, rest.split(",")):
        key, _, value = item.partition("=")
        if key in COMMON and key not in known:
            common[key] = _common(name, key, value)
            continue
        possible = (*known, *COMMON)
        check(key in known, f"clamp `{name}` has no argument `{key}`: did you mean {nearest(key, possible)}?")
        arguments[key] = _fitted(name, key, value, known[key].annotation)
    missing = [key for key, one in known.items() if one.default is one.empty and key not in arguments]
    check(
        not missing,
        f"clamp `{name}` needs {', '.join(f'`{key}`' for key in missing)}: give {name}:KEY=VALUE,...",
    )
    return tuple(dataclasses.replace(clamp, **common) for clamp in maker(**arguments))


def _common(clamp: str, key: str, text: str) -> Any:
    """Read a field that every clamp has."""
    if key == "windows":
        return tuple(_window(clamp, part) for part in text.split("+"))
    return _fitted(clamp, key, text, float if key == "strength" else str)


def _window(clamp: str, text: str) -> tuple[int, int]:
    """Read `0-200`, steps from and to, or `200-` for all from there on."""
    start, dash, end = text.partition("-")
    check(
        bool(dash) and start.isdecimal() and (not end or end.isdecimal()),
        f"clamp `{clamp}`: give `windows` as steps from-to, e.g. 0-200, 0-200+400-600 or 200-",
    )
    return int(start), int(end) if end else FOREVER


WORDS = {
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    str: "a word",
    Sequence[int]: "whole numbers, e.g. 1+2",
    Sequence[str]: "words, e.g. q+k",
}


def _fitted(clamp: str, key: str, text: str, wanted: Any) -> Any:
    """Make a value what an argument wants: one head may stand for a list of heads, a whole number for a number."""
    # A run's id may look like a number.
    value = text if wanted is str else _value(text)
    if wanted is float and type(value) is int:
        value = float(value)
    several = wanted in (Sequence[int], Sequence[str])
    items = value if isinstance(value, tuple) else (value,)
    kind = get_args(wanted)[0] if several else wanted
    fits = all(type(item) is kind for item in items) and (several or not isinstance(value, tuple))
    check(wanted not in WORDS or fits, f"clamp `{clamp}`: give `{key}` as {WORDS.get(wanted)}")
    return items if several else value


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
