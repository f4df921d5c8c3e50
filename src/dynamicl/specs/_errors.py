"""Errors that teach: what was given, what is allowed, what to do, on one line."""

import difflib
from collections.abc import Iterable, Mapping
from pathlib import PurePath
from typing import Any


class DynamiclError(Exception):
    """Root of the project's own errors; whoever wants to tell refusals from faults catches this and nothing wider.

    Its message is one line, without control characters, so that text out of a file cannot steer a terminal.
    """

    def __init__(self, message: str):
        super().__init__(one_line(message))


class SpecError(DynamiclError, ValueError):
    """A description that cannot be run. Its message is one line and names the remedy."""


def one_line(text: str) -> str:
    r"""Bring text onto one line that a terminal shows and does not obey.

    >>> one_line("two\nlines and \x1b[31mred")
    'two lines and ?[31mred'
    """
    return "".join(char if char.isprintable() else "?" for char in " ".join(text.split()))


def check(condition: bool, message: str) -> None:
    """Raise `SpecError` with `message` unless `condition` holds."""
    if not condition:
        raise SpecError(message)


def check_list(value: Any, name: str, what: str = "a list") -> None:
    """Raise `SpecError` where one thing is given and several are meant: a text would be read letter by letter.

    Args:
        value: as given.
        name: of the argument.
        what: is meant, for the error.
    """
    one = isinstance(value, str | bytes | PurePath | Mapping) or not isinstance(value, Iterable)
    shown = one_line(repr(value))
    short = shown if len(shown) <= 60 else type(value).__name__
    check(not one, f"`{name}` is {short}: give {what}, `[...]` around it")


def nearest(name: str, known: Iterable[str], n: int = 3) -> str:
    """List the known names that look most like `name`, for error messages.

    >>> nearest("layers.0.atn.pattern", ["layers.0.attn.pattern", "logits"])
    '`layers.0.attn.pattern`'
    """
    known = sorted(set(known))
    close = difflib.get_close_matches(name, known, n=n, cutoff=0.4) or known[:n]
    return ", ".join(f"`{k}`" for k in close)
