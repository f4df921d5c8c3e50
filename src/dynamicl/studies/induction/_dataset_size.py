"""Appendix C.1: how many distinct training sequences there are, 2 F E^3 C (C - 1) L (L - 1)."""

import numpy as np
import xarray as xr

from dynamicl.specs import check
from dynamicl.studies._lab import Lab
from dynamicl.studies._parts import Part, Threshold
from dynamicl.studies._populations import Trajectories
from dynamicl.tasks import FewShotSpec

from ._populations import experiment
from ._sequences import every_sequence
from ._settings import TASKS, Setting, run

PUBLISHED = 78_400
TRAINED_SHARE = 0.8
"""F, the share of label pairs that is trained on."""
EXACT = Threshold("distinct sequences of the study's task less the published number, absolute", "<=", 0.0)
LISTED = Threshold("sequences listed less those that the task counts, absolute", "<=", 0.0)
FORMULA = Threshold("largest deviation of the count from 2 F E^3 C (C - 1) L (L - 1), over tasks", "<=", 0.0)


def measure(lab: Lab, scale: Setting, trajectories: Trajectories) -> xr.Dataset:
    """Count the sequences of every task of the study, and list those of the first one.

    Returns:
        `counted` and `formula` (task); `listed`, the number of different sequences of the first task in a list of all.
    """
    specs = [run(scale, 0, classes=classes, labels=labels).task for classes, labels in TASKS]
    tasks = [spec.prepare()["train"] for spec in specs]
    sequences = every_sequence(tasks[0])
    rows = np.concatenate([np.asarray(part) for part in sequences.tokens], axis=1)
    return xr.Dataset(
        {
            "counted": ("task", [task.count() for task in tasks]),
            "formula": ("task", [_formula(spec) for spec in specs]),
            "listed": len(np.unique(rows, axis=0)),
        },
        {"task": [f"{classes} classes, {labels} labels" for classes, labels in TASKS]},
    )


def _formula(spec: FewShotSpec) -> int:
    check(spec.exemplars == 1, f"`task.exemplars` is {spec.exemplars}: the study has one drawing a class")
    pairs = TRAINED_SHARE * spec.labels * (spec.labels - 1)
    return round(2 * pairs * spec.classes * (spec.classes - 1))


def judge(data: xr.Dataset) -> tuple[Part, ...]:
    """The count is the published one, that of an explicit list, and that of the formula for every task."""
    counted, formula = (data[name].values.astype(int) for name in ("counted", "formula"))
    return (
        EXACT.part(float(abs(counted[0] - PUBLISHED)), 1),
        LISTED.part(float(abs(data["listed"] - counted[0])), 1),
        FORMULA.part(float(np.abs(counted - formula).max()), counted.size),
    )


DATASET_SIZE = experiment(
    "induction.dataset_size",
    measure=measure,
    judge=judge,
    criterion=(EXACT, LISTED, FORMULA),
)
