"""A random model and made-up tasks: the whole measurement in seconds, with numbers that mean nothing."""

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from dynamicl import lm

from ._cells import Cells
from ._results import WHY, read_cells
from ._setting import LABELS, MAIN, Setting

DECIDES_NOTHING = "a random model decides nothing"
ROWS = {"train": 48, "scored": 12}
"""Examples of each split of a made-up task."""

WORDS = ("bread", "stone", "river", "cloud", "paper", "glass", "wheel", "candle")


@dataclass(frozen=True)
class RandomStudy:
    """What is measured on a random model.

    Attributes:
        tasks: whose templates and verbalisers are used; their texts are made up.
        seeds: of demonstrations.
        k: demonstrations.
        queries: of each task.
        limit: positions of the model.
    """

    tasks: tuple[str, ...] = ("sst2", "cb")
    seeds: tuple[int, ...] = (0, 1)
    k: int = 4
    queries: int = 6
    limit: int = 1024


def write_tasks(folder: Path, tasks: tuple[str, ...]) -> None:
    """Write made-up texts for tasks, in the form that `dynamicl.lm.read_examples` reads.

    Args:
        folder: gets a folder a task.
        tasks: names.
    """
    random = np.random.default_rng(0)
    for name in tasks:
        task = lm.find_task(name)
        (folder / name).mkdir(parents=True)
        for split, count in zip(("train", task.scored), ROWS.values(), strict=True):
            rows = [_row(task, i, random) for i in range(count)]
            (folder / name / f"{split}.jsonl").write_text("\n".join(map(json.dumps, rows)) + "\n")


def _row(task: lm.Task, i: int, random: np.random.Generator) -> dict[str, Any]:
    texts = {field: " ".join(random.choice(WORDS, 3)) for field in task.fields}
    return {**texts, "label": i % len(task.verbalisers)}


def random_cells(study: RandomStudy) -> xr.Dataset:
    """Measure every main variant and all labels on a random model.

    Args:
        study: what is measured.

    Returns:
        As `read_cells`, with the reason why it decides nothing.

    Raises:
        SpecError: PyTorch or transformers are not installed.
    """
    language = lm.random_language(limit=study.limit)
    setting = Setting(language.name, study.tasks, study.seeds, study.k, study.queries, study.limit)
    with tempfile.TemporaryDirectory() as folder:
        data, out = Path(folder, "data"), Path(folder, "cells")
        write_tasks(data, study.tasks)
        Cells(language, data, out, setting).run((*MAIN, *LABELS))
        return read_cells(out).assign_attrs({WHY: DECIDES_NOTHING})
