"""Words that are no options, refused in one line: what was given, what is allowed, what to do."""

import contextlib
import dataclasses
import typing
from collections.abc import Iterator, Sequence
from typing import Any

from dynamicl.specs import DynamiclError, nearest

KINDS = {"INT": "a whole number", "FLOAT": "a number", "PATH": "a path", "STR": "a word"}
"""The parser's names of kinds, in words."""

NOTHING_MEANT = "--measures"
"""An option whose empty list says something: record nothing but scores."""


class UnusableWordsError(DynamiclError):
    """Words of a command line that are no options of the command."""


@contextlib.contextmanager
def one_line(kind: Any, words: Sequence[str], command: str) -> Iterator[None]:
    """Turn the parser's boxes into one line.

    Args:
        kind: dataclass of the options.
        words: of the command line, after the command's name.
        command: its name.

    Raises:
        UnusableWordsError: inside, in the place of the box and the exit.
    """
    try:
        from tyro import _errors
    except ImportError:
        # The parser does not promise these events: without them its box says the same on more lines.
        yield
        return

    def refuse(event: Any) -> None:
        sentence = _sentence(event, kind, words, command)
        if sentence:
            raise UnusableWordsError(sentence) from None

    with _errors.on_parse_error(refuse):
        yield


def refuse_without_words(kind: Any, words: Sequence[str]) -> None:
    """Refuse an option that takes several words and is given none: what was meant by it would be passed over.

    Args:
        kind: dataclass of the options.
        words: of the command line.

    Raises:
        UnusableWordsError: there is such an option, and none of nothing is not what it takes.
    """
    several = {flag for flag, hint in options_of(kind) if typing.get_origin(hint) is tuple}
    for place, word in enumerate(words):
        flag, following = word.replace("_", "-"), next(iter(words[place + 1 :]), "--")
        if flag in several - {NOTHING_MEANT} and following.startswith("--"):
            raise UnusableWordsError(f"`{flag}` has no value: give one or more words, or leave it out")


def options_of(kind: Any, before: str = "") -> list[tuple[str, Any]]:
    """List the options of a dataclass as they are given, nested ones included, each with its type.

    Args:
        kind: the dataclass.
        before: the beginning of its options' names.

    Example:
        >>> from dynamicl.training import Seeds
        >>> [flag for flag, _ in options_of(Seeds, "seeds.")]
        ['--seeds.init', '--seeds.data', '--seeds.evaluation', '--seeds.world']
    """
    options: list[tuple[str, Any]] = []
    hints = typing.get_type_hints(kind)
    for field in dataclasses.fields(kind):
        name, hint = before + field.name.replace("_", "-"), hints[field.name]
        options += options_of(hint, f"{name}.") if dataclasses.is_dataclass(hint) else [(f"--{name}", hint)]
    return options


def _sentence(event: Any, kind: Any, words: Sequence[str], command: str) -> str:
    """Say what is wrong; nothing for an event that is not known here, which the parser tells itself."""
    all_options = f"`dynamicl {command} --help` shows all options"
    name = type(event).__name__
    if name == "UnrecognizedArgs":
        return _unknown(event.tokens, kind, words, all_options)
    if name == "MissingArgs":
        if event.unrecognized_tokens:
            return _unknown(event.unrecognized_tokens, kind, words, all_options)
        argument = event.missing_arguments[0].arg
        return f"`{_name(argument)}` is missing: give {_wanted(argument)}; {all_options}"
    if name == "BadValue":
        return f"`{_name(event.argument)}` has no value: give {_wanted(event.argument)}"
    if name == "InvalidChoice":
        choices = ", ".join(f"`{choice}`" for choice in event.choices)
        return f"`{_name(event.argument)}` is {event.value!r}: choose one of {choices}"
    if name == "InstantiationFailure" and event.argument is not None:
        value = given(_name(event.argument), words)
        shown = f"is {value}" if value else f"cannot be read ({event.message})"
        return f"`{_name(event.argument)}` {shown}: give {_wanted(event.argument)}"
    return ""


def _unknown(tokens: Sequence[str], kind: Any, words: Sequence[str], all_options: str) -> str:
    """Say which word no option takes."""
    option = next((token for token in tokens if token.startswith("--")), None)
    alone = next(
        (f for f, hint in options_of(kind) if hint is bool and repr(tokens[0]) == given(f, words)), ""
    )
    if option is None and alone:
        return f"`{alone}` is {tokens[0]!r}: it stands alone, leave the word out; {all_options}"
    if option is None:
        return f"{tokens[0]!r} is one word too many: quote what belongs together; {all_options}"
    flag = option.partition("=")[0]
    known = [candidate for candidate, _ in options_of(kind)]
    inner = [candidate for candidate in known if candidate.rpartition(".")[2] == flag.lstrip("-")]
    near = ", ".join(f"`{candidate}`" for candidate in inner) or nearest(flag, known)
    return (
        f"no option `{flag}`: did you mean {near}? {all_options}"
        if near
        else (f"no option `{flag}`: leave it out; {all_options}")
    )


def _name(argument: Any) -> str:
    """Name an argument as it is given."""
    positional = argument.is_positional()
    return str(argument.field.intern_name).upper() if positional else argument.lowered.name_or_flags[0]


def _wanted(argument: Any) -> str:
    """Say what an argument takes, and what it is for."""
    metavar = str(argument.lowered.metavar)
    several = "[" in metavar and "..." in metavar
    kind = next((word for name, word in KINDS.items() if name in metavar), metavar)
    if metavar.startswith("{"):
        kind = f"one of {', '.join(f'`{choice}`' for choice in metavar.strip('{}').split(','))}"
    text = argument.field.helptext
    about = " ".join(((text() if callable(text) else text) or "").split()).rstrip(".")
    words = f"{kind}, or several" if several else kind
    return f"{words} ({about})" if about else words


def given(flag: str, words: Sequence[str]) -> str:
    """Return what the last use of an option gives, for people.

    >>> given("--at", ["--at", "1", "x", "--json"])
    "'1' 'x'"
    """
    values = ""
    for place, word in enumerate(words):
        name, joined, value = word.partition("=")
        if name.replace("_", "-") != flag:
            continue
        following = words[place + 1 :]
        beyond = next((i for i, other in enumerate(following) if other.startswith("--")), len(following))
        values = repr(value) if joined else " ".join(map(repr, following[:beyond]))
    return values
