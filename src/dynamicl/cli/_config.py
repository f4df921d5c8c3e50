"""Options from a file, and options as a file: what `--print-config` prints, `--config` reads back."""

import dataclasses
import json
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from dynamicl.files import read_regular, user_path
from dynamicl.specs import SpecError, check

LARGEST = 1 << 20
BARE = ("--dry-run", "--optimizer-state", "--print-config")
"""Options that may stand alone for True, where all others name their value."""
NONE_MEANT = ("measures",)
"""Options of several words that mean nothing at all where none follows; the others are left out of an empty list."""
KIND = "task_kind"
"""Key of a file that says which task it is for, which on the command line is the first word."""


def with_file(words: Sequence[str], keys: Sequence[str] = ()) -> list[str]:
    """Put the options of `--config FILE` before those of the command line, which win.

    Args:
        words: of the command line.
        keys: first words that name a kind of task.

    Returns:
        The words without `--config`, options that may stand alone with their value.

    Raises:
        SpecError: no such file, or it is no TOML or JSON.
    """
    words = _with_values(_unjoined(words))
    if "--config" not in words:
        return words
    place = words.index("--config")
    check(place + 1 < len(words), "`config` names no file: give --config FILE")
    own = words[:place] + words[place + 2 :]
    values = read_config(Path(words[place + 1]))
    kind = str(values.pop(KIND, ""))
    check(
        not kind or not keys or kind in keys,
        f"`{KIND}` in {words[place + 1]} is {kind!r}: choose one of {', '.join(keys)}",
    )
    given = {_plain(word) for word in own if word.startswith("--")}
    first = [own.pop(0)] if own and own[0] in keys else [kind] if kind in keys else []
    added: list[str] = []
    for path, value in _leaves(values):
        if _plain(path) not in given:
            texts = [_text(item) for item in value] if isinstance(value, list) else [_text(value)]
            added += [f"--{path}", *texts] if texts or _plain(path) in NONE_MEANT else []
    return [*first, *added, *own]


def read_config(path: Path) -> dict[str, Any]:
    """Read a file of options.

    Args:
        path: TOML, or JSON where its name ends in .json.

    Raises:
        SpecError: no such file, or it is neither.
    """
    file = user_path(path, "config")
    try:
        text = read_regular(file, LARGEST).decode()
        values = json.loads(text) if file.suffix == ".json" else tomllib.loads(text)
    except OSError as error:
        raise SpecError(
            f"`config` is {file}, which cannot be read ({error.strerror}): give a file of options"
        ) from None
    except (ValueError, RecursionError) as error:
        raise SpecError(
            f"`config` is {file}, which is no TOML ({error}): see what `dynamicl train --print-config` prints"
        ) from None
    check(
        isinstance(values, dict),
        f"`config` is {file}, which holds no options: give NAME = VALUE, a line each",
    )
    return values


def as_toml(options: Any, kind: str) -> str:
    """Write options as TOML, every one of them; those that are None cannot be written and are left out.

    Args:
        options: dataclass of a command's options.
        kind: of the task.
    """
    return "\n".join([f"{KIND} = {json.dumps(kind)}", *_table(_plain_values(options), "")]) + "\n"


def _table(values: Mapping[str, Any], name: str) -> list[str]:
    """Write the plain values of a table, then the tables inside it."""
    lines = [f"{key} = {_toml(value)}" for key, value in values.items() if not isinstance(value, dict)]
    for key, value in values.items():
        if isinstance(value, dict):
            path = f"{name}.{key}" if name else key
            lines += ["", f"[{path}]", *_table(value, path)]
    return lines


def _plain_values(options: Any) -> dict[str, Any]:
    """Turn a dataclass into what TOML can hold."""
    values: dict[str, Any] = {}
    for field in dataclasses.fields(options):
        value = getattr(options, field.name)
        if value is None or field.name in ("config", "print_config"):
            continue
        values[field.name] = _plain_values(value) if dataclasses.is_dataclass(value) else value
    return values


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, tuple | list):
        return f"[{', '.join(map(_toml, value))}]"
    return json.dumps(str(value), ensure_ascii=False)


def _leaves(values: Mapping[str, Any], before: str = "") -> list[tuple[str, Any]]:
    leaves: list[tuple[str, Any]] = []
    for name, value in values.items():
        path = f"{before}{name}"
        leaves += _leaves(value, f"{path}.") if isinstance(value, Mapping) else [(path, value)]
    return leaves


def _text(value: Any) -> str:
    return value if isinstance(value, str) else repr(value)


def _plain(word: str) -> str:
    return word.lstrip("-").partition("=")[0].replace("-", "_")


def _unjoined(words: Sequence[str]) -> list[str]:
    """Take `--config=FILE` apart."""
    parted: list[str] = []
    for word in words:
        parted += ["--config", word.partition("=")[2]] if word.startswith("--config=") else [word]
    return parted


def _with_values(words: Sequence[str]) -> list[str]:
    """Say True behind options that stand alone."""
    whole: list[str] = []
    for word, following in zip(words, [*words[1:], ""], strict=True):
        alone = word.replace("_", "-") in BARE and (not following or following.startswith("--"))
        whole += [word, "True"] if alone else [word]
    return whole
