"""Cohorts: the runs of a population that share one compiled program."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dynamicl.specs import Known, SpecError, split, stacked, to_json

from ._run import RunSpec, resolve


@dataclass(frozen=True, eq=False)
class Cohort:
    """Runs that differ only in what may vary inside one program.

    Attributes:
        static: the spec they share, `None` where they differ.
        runs: their specs.
        arrays: the differing values by dotted path, leading axis run.
    """

    static: RunSpec
    runs: tuple[RunSpec, ...]
    arrays: dict[str, np.ndarray]

    @property
    def size(self) -> int:
        """Number of runs."""
        return len(self.runs)

    @property
    def longest(self) -> int:
        """Steps of the longest run."""
        return max(run.steps for run in self.runs)


def _cohort(members: list[tuple[RunSpec, RunSpec, dict[str, np.ndarray]]]) -> Cohort:
    statics, specs, arrays = zip(*members, strict=True)
    return Cohort(static=statics[0], runs=specs, arrays=stacked(arrays))


def plan(runs: Sequence[RunSpec], known: Known | None = None) -> list[Cohort]:
    """Cut a population into cohorts.

    Args:
        runs: specs; equal ones are trained once.
        known: what is known of the parts that they share; kept for this call by default.

    Returns:
        Cohorts in the order of their first runs.

    Raises:
        SpecError: a run that cannot be trained, or an empty population.
    """
    if not runs:
        raise SpecError("the population has no runs: give at least one spec")
    known = known or Known()
    groups: dict[str, list[tuple[RunSpec, RunSpec, dict]]] = {}
    for spec in dict.fromkeys(resolve(run, known) for run in runs):
        static, arrays = split(spec, known=known)
        shapes = {path: value.shape for path, value in sorted(arrays.items())}
        groups.setdefault(f"{to_json(static, known)}{shapes}", []).append((static, spec, arrays))
    return [_cohort(members) for members in groups.values()]
