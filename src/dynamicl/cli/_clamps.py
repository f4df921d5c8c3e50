"""`dynamicl clamps`: the interventions that `--clamp` takes by name, with their arguments."""

import inspect
import sys
import textwrap
from collections.abc import Callable
from dataclasses import dataclass

from ._options import read_options

WIDTH = 80
OF_ALL = (
    "Every clamp takes windows=FROM-TO (steps, several joined by +, 200- for all from there on), strength=0...1 and "
    "gradient=stop, through or straight_through as well."
)


@dataclass(frozen=True)
class Clamps:
    """List the clamps that `--clamp NAME:argument=value,...` takes, with their arguments."""


def command(words: list[str]) -> int:
    """Run the command."""
    read_options(Clamps, words, "clamps")
    from dynamicl.clamps import LIBRARY

    for name, maker in LIBRARY.items():
        sys.stdout.write("\n".join(described(name, maker)) + "\n")
    sys.stdout.write("\n".join(textwrap.wrap(OF_ALL, WIDTH)) + "\n")
    return 0


def described(name: str, maker: Callable) -> list[str]:
    """Write a clamp as it is given, and what it does.

    Args:
        name: on the command line.
        maker: of the library.

    Example:
        >>> def silence(layer, heads=()):
        ...     "Silence heads."
        >>> described("silence", silence)
        ['silence:layer=...[,heads=...]', '    Silence heads.']
    """
    needed: list[str] = []
    free: list[str] = []
    for argument, parameter in inspect.signature(maker).parameters.items():
        (needed if parameter.default is parameter.empty else free).append(f"{argument}=...")
    first = ",".join(needed) + "".join(f"[,{text}]" for text in free)
    about = (inspect.getdoc(maker) or "").partition("\n\n")[0]
    usage = f"{name}:{first}".rstrip(":") if needed else f"{name}{f'[:{first[2:]}' if free else ''}"
    return [usage, *textwrap.wrap(about, WIDTH, initial_indent=" " * 4, subsequent_indent=" " * 4)]
