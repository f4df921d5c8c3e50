"""`dynamicl merge`: libraries put together by what their runs are."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from ._options import check_place, read_options


@dataclass(frozen=True)
class Merge:
    """Put libraries together: equal runs once, as far as any was trained; runs that contradict each other are refused.

    Attributes:
        libraries: folders of libraries or stores, or of results with a library in them.
        into: folder of the library that takes them up; made where there is none.
    """

    libraries: Annotated[tuple[Path, ...], tyro.conf.Positional]
    into: Path


def command(words: list[str]) -> int:
    """Run the command."""
    options = read_options(Merge, words, "merge")
    from dynamicl.lab import merge

    check_place(options.into)
    merged = merge(options.libraries, options.into)
    sys.stdout.write(
        f"{len(merged.added)} stores added, {len(merged.advanced)} trained further than here, {len(merged.unchanged)} "
        f"left as they were\nlist them: dynamicl runs {options.into}\n"
    )
    return 0
