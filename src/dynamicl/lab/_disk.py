"""Whether a cohort's checkpoints fit on the disk, said before anything is trained."""

import math
import shutil
from pathlib import Path
from typing import Any

import jax

from dynamicl.specs import check
from dynamicl.training import Program, Recording

MOST = 100_000
"""Checkpoints that are counted at most."""


def checkpoint_bytes(program: Program, recording: Recording) -> int:
    """Return the bytes of one checkpoint of all runs of a cohort; moments count as two more copies of the weights."""
    shapes = [leaf for leaf in jax.tree.leaves(program.model_shapes) if hasattr(leaf, "dtype")]
    weights = sum(math.prod(leaf.shape) * leaf.dtype.itemsize for leaf in shapes)
    return weights * program.cohort.size * (3 if recording.optimizer_state else 1)


def count_checkpoints(schedule: Any, start: int, end: int) -> int:
    """Count the checkpoints of a run from one step to another, first and last included.

    Adaptive schedules are taken to be at their coarsest.
    """
    count, step = 1, start
    while step < end and count < MOST:
        step = min(schedule.following(step, ()), end)
        count += 1
    return count


def check_disk(program: Program, recording: Recording, start: int, root: Path) -> None:
    """Raise `SpecError` where the checkpoints of a cohort do not fit into what is free on the library's disk.

    Args:
        program: of the cohort.
        recording: what is kept.
        start: the step at which its first run starts.
        root: the library's folder, which need not exist.
    """
    place = next(folder for folder in (root, *root.resolve().parents) if folder.exists())
    number = count_checkpoints(recording.checkpoint, start, program.cohort.longest)
    needed, free = number * checkpoint_bytes(program, recording), shutil.disk_usage(place).free
    check(
        needed <= free,
        f"{number} checkpoints of {program.cohort.size} runs take {needed / 1e9:.3g} GB and {free / 1e9:.3g} GB are "
        f"free at {root}: make `recording.checkpoint` rarer, or name a library on a larger disk",
    )
