"""`dynamicl view`: the page, served on this machine while training goes on."""

import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from ._complaints import complain
from ._options import read_options
from ._start import prepare

LONGEST = 86_400
"""Seconds: a page that looks once a day."""


@dataclass(frozen=True)
class View:
    """Serve the page of a store or library on the loopback address and refresh it while it grows.

    Attributes:
        path: folder of the store or library.
        port: 0 for any free one.
        every: seconds between two looks at the store.
        forks: show forks and failed runs as well.
        host: further names by which a proxy in front asks for the page.
    """

    path: Annotated[Path, tyro.conf.Positional]
    port: int = 0
    every: float = 5.0
    forks: bool = False
    host: tuple[str, ...] = ()


def command(words: list[str]) -> int:
    """Run the command."""
    options = read_options(View, words, "view")
    from dynamicl.specs import SpecError, check
    from dynamicl.views import PageServer, clamping, loader

    check(
        0 < options.every <= LONGEST,
        f"`every` is {options.every}: give the seconds between two looks, more than 0 and {LONGEST:,} at most",
    )
    for name in options.host:
        check(bool(re.fullmatch(r"[\w.:-]+", name)), f"`host` is {name!r}: give the name of a machine")
    check(0 <= options.port < 65536, f"`port` is {options.port}: give 0 (any free one) to 65535")
    check(options.path.exists(), f"`path` is {options.path}, which does not exist: give a store or a library")
    prepare()
    complain(options.path)
    try:
        load = loader(options.path, forks=options.forks)
        server = PageServer(
            load,
            port=options.port,
            every=options.every,
            hosts=options.host,
            clamping=clamping(options.path),
        )
    except OSError as error:
        raise SpecError(
            f"port {options.port} cannot be used ({error.strerror}): give another, or --port 0"
        ) from None
    sys.stdout.write(f"open {server.url} (Ctrl-C to stop)\n")
    sys.stdout.flush()
    server.serve_forever()
    return 0
