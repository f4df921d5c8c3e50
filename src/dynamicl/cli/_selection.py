"""Choosing runs of a library from the command line: the same options wherever runs are chosen."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import tyro

from ._complaints import whisper

SHORTEST_ID, LONGEST_INDEX = 4, 10
"""Digits from which on a number may begin an id, and from which on it is no index."""


@dataclass(frozen=True)
class Selection:
    """Choose runs.

    Attributes:
        library: folder of the library or store, or of results with a library in it.
        where: conditions that all must hold, e.g. `status=failed`, `learning_rate=1e-3`, `"accuracy>0.9"`, `tags=good`.
        run: ids, or beginnings of them.
    """

    library: Annotated[Path, tyro.conf.Positional]
    where: tuple[str, ...] = ()
    run: tuple[str, ...] = ()


def selected(options: Selection) -> list[dict[str, Any]]:
    """Return the rows of the chosen runs; stores that cannot be read are told of and left out.

    Args:
        options: of the command.

    Raises:
        SpecError: a condition that means nothing, or a run that is not there.
        StoreError: nothing can be read.
    """
    from dynamicl.lab import matching, rows_of
    from dynamicl.store import open_trajectory
    from dynamicl.views import readable

    trajectory, problems = readable(open_trajectory(options.library))
    for line in problems:
        whisper(f"dynamicl: {line}")
    return matching(rows_of(trajectory), options.where, options.run)


def run_named(run: str, runs: Sequence[str]) -> int | str:
    """Read a run's index, or leave its id or the beginning of one, which may be of digits alone."""
    begins_an_id = len(run) >= SHORTEST_ID and any(name.startswith(run) for name in runs)
    is_index = run.isascii() and run.isdecimal() and len(run) < LONGEST_INDEX and not begins_an_id
    return int(run) if is_index else run
