"""Runs as people name them: by hash, or by any integer along the axis run."""

import operator
from collections.abc import Sequence
from typing import SupportsIndex

from ._errors import StoreError, listed

PREFIX = 4
"""Characters that the beginning of a hash has at least: a shorter one is a slip."""


def find_run(run: SupportsIndex | str, runs: Sequence[str], where: str) -> int:
    """Find a run.

    Args:
        run: its hash or the beginning of it, or its index: a Python or NumPy integer from 0 on.
        runs: hashes of the runs that there are.
        where: names what holds them, for the error.

    Returns:
        Its index.

    Raises:
        StoreError: there is no such run.
    """
    if isinstance(run, str):
        if run in runs:
            return runs.index(run)
        begun = [place for place, known in enumerate(runs) if len(run) >= PREFIX and known.startswith(run)]
        if len(begun) == 1:
            return begun[0]
    elif not isinstance(run, bool):
        try:
            index = operator.index(run)
        except TypeError:
            index = -1
        if 0 <= index < len(runs):
            return index
    raise StoreError(f"`run` is {run!r}; {where} has the {len(runs)} runs {listed(runs)}")
