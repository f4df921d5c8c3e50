"""Checkpoints of other runs that an order's runs start from: they travel with it."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from dynamicl.clamps import lenders
from dynamicl.specs import SpecError
from dynamicl.store import DamagedError, NoStateError, Store, copy_store
from dynamicl.training import RunSpec

LENT = "lent-"
"""Begins the name of a folder, in a worker's library, that holds another run's checkpoints."""


def checkpoints_needed(runs: Iterable[RunSpec]) -> dict[str, set[int]]:
    """List the checkpoints that runs start from, are grafted with, or take clamped values from, by run."""
    needed: dict[str, set[int]] = {}
    for spec in runs:
        sources: list[Any] = [*spec.grafts, *lenders(spec.clamps).values()]
        if spec.start.how != "fresh":
            sources.append(spec.start)
        for source in sources:
            if source.run:
                needed.setdefault(source.run, set()).add(source.step)
    return needed


def lend_checkpoints(
    runs: Iterable[RunSpec], members: Mapping[str, tuple[Store, int]], library: Path
) -> None:
    """Lay the checkpoints that runs need into a worker's library, each run in a store of its own.

    Args:
        runs: of an order.
        members: of the library at home.
        library: the worker's.

    Raises:
        SpecError: a run or a checkpoint is not at home.
        StoreError: it is damaged, or the disk refuses.
    """
    for run, steps in checkpoints_needed(runs).items():
        if run not in members:
            raise SpecError(f"run {run}, which others start from, is not in the library: train it first")
        store, row = members[run]
        target = library / f"{LENT}{run}"
        if _stands_at(store, row) in steps:
            # The state that it keeps for going on may serve beside the checkpoint, or instead of one.
            copy_store(store, target)
            continue
        kept = store.checkpoints_of(row)
        for step in sorted(steps):
            if step not in kept:
                have = ", ".join(map(str, kept)) or "none"
                raise SpecError(f"run {run} has no checkpoint at step {step}: it has {have}")
        _copy(store, row, sorted(steps), target)


def _stands_at(store: Store, row: int) -> int:
    """Return the step at which a run's kept state stands; -1 where none is kept that can be read."""
    try:
        _, arrays = store.state()
    except (DamagedError, NoStateError):
        return -1
    return int(arrays["step"][row]) if "step" in arrays else -1


def _copy(store: Store, row: int, steps: list[int], target: Path) -> None:
    header = {**store.header, "runs": [store.runs[row]], "specs": [store.specs[row]]}
    with Store.create(target, header) as lent:
        for step in steps:
            weights = store.checkpoint(step, row)
            lent.commit(step, checkpoint={name: np.asarray(value)[None] for name, value in weights.items()})
