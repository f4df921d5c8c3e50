"""Options from words: the same rules for every command."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

import tyro
from tyro.constructors import ConstructorRegistry, PrimitiveConstructorSpec, PrimitiveTypeInfo

from dynamicl.files import user_path
from dynamicl.specs import DynamiclError, SpecError, check

from ._refusals import given, one_line, options_of, refuse_without_words

Options = TypeVar("Options")

MOST_RUNS = 100_000
"""Runs that a command plans or trains at once."""


class EmptyPathError(DynamiclError):
    """A path that is no path; not a `ValueError`, so that the parser of options lets it pass as it is.

    Args:
        text: what was given.
        name: of the option.
    """

    def __init__(self, text: str, name: str = "path"):
        self.text = text
        try:
            user_path(text, name)
            said = f"`{name}` is {text!r}: give the path of a file or folder"
        except SpecError as error:
            said = str(error)
        super().__init__(said)


def read_options(kind: type[Options], words: Sequence[str], command: str, **rules: Any) -> Options:
    """Read a command's options.

    Args:
        kind: dataclass of the options; its docstring is the help.
        words: of the command line, after the command's name.
        command: its name.
        **rules: further arguments of `tyro.cli`.

    Returns:
        The options; `~` in paths is the user's home.

    Raises:
        EmptyPathError: a path is empty, which would mean the current folder.
        UnusableWordsError: the words are no options.
        SystemExit: help was asked for.
    """
    refuse_without_words(kind, words)
    try:
        with one_line(kind, words, command):
            return tyro.cli(kind, args=list(words), prog=f"dynamicl {command}", registry=_REGISTRY, **rules)
    except EmptyPathError as error:
        raise EmptyPathError(error.text, _option_of(error.text, kind, words)) from None


def _option_of(text: str, kind: Any, words: Sequence[str]) -> str:
    """Name the option that gives a path; `path` for one without a name."""
    options = (flag for flag, hint in options_of(kind) if hint in (Path, Path | None))
    return next((flag for flag in options if given(flag, words) == repr(text)), "path")


def check_results(folder: Path | None, unless: Path | None = None) -> None:
    """Refuse a folder of results that is not there, which would read as one in which nothing was tested yet.

    Args:
        folder: as given.
        unless: a default that may be missing.

    Raises:
        SpecError: it is no folder.
    """
    check(
        folder is None or folder == unless or folder.is_dir(),
        f"`results` is {folder}, which is no folder: give the one that `dynamicl reproduce` wrote",
    )


def check_place(folder: Path, name: str = "out") -> None:
    """Refuse a folder in which nothing can be written, before anything is computed for it.

    Args:
        folder: to write into; it need not exist.
        name: of the argument, for the error.

    Raises:
        SpecError: it, or the nearest folder above it that exists, is no folder or may not be written.
    """
    above = next((place for place in (folder, *folder.absolute().parents) if place.exists()), folder)
    check(above.is_dir(), f"`{name}` is {folder}, but {above} is no folder: give another place")
    check(
        os.access(above, os.W_OK), f"`{name}` is {folder}, but {above} may not be written: give another place"
    )


def _as_path(words: list[str]) -> Path:
    try:
        return user_path(words[0])
    except SpecError:
        raise EmptyPathError(words[0]) from None


_REGISTRY = ConstructorRegistry()


@_REGISTRY.primitive_rule
def _paths(info: PrimitiveTypeInfo) -> PrimitiveConstructorSpec | None:
    """Read a path; `Path("")` would be the current folder."""
    if info.type is not Path:
        return None
    return PrimitiveConstructorSpec(
        nargs=1,
        metavar="PATH",
        instance_from_str=_as_path,
        is_instance=lambda value: isinstance(value, Path),
        str_from_instance=lambda path: [str(path)],
    )
