"""The studies, and their experiments by name.

To add a study, add its folder, whose `EXPERIMENTS` lists what puts its claims to the test, and its name here.
"""

import importlib
from collections.abc import Sequence
from typing import Any

from dynamicl.specs import SpecError, nearest

from ._experiment import Experiment

STUDIES = (
    "induction",
    "lookup",
    "mixture",
    "coopetition",
    "distribution",
    "transience",
    "finetuning",
)


def experiments_of(study: str) -> tuple[Experiment, ...]:
    """Return a study's experiments, in its own order."""
    module: Any = importlib.import_module(f"dynamicl.studies.{study}")
    return module.EXPERIMENTS


def find_experiments(names: Sequence[str]) -> tuple[Experiment, ...]:
    """Return experiments by name; a study's name, or the beginning of an id, stands for all below it.

    Raises:
        SpecError: an unknown name, with the nearest known ones.
    """
    named = {name.partition(".")[0] for name in names} & set(STUDIES)
    experiments = [one for study in sorted(named) or STUDIES for one in experiments_of(study)]
    matching: dict[str, Experiment] = {}
    for name in names:
        below = {one.id: one for one in experiments if one.id == name or one.id.startswith(f"{name}.")}
        if not below:
            known = [*(one.id for one in experiments), *STUDIES]
            raise SpecError(f"no experiment `{name}`: did you mean {nearest(name, known)}?")
        matching |= below
    return tuple(matching.values())
