"""What the studies of the thesis' chapters 2, 3 and 5 have in common: a scale's numbers, and the runs that they share.

A run is known by its spec and by what is recorded of it. Both are described here once, so that no study trains again
what another one has trained.
"""

import dataclasses
from dataclasses import dataclass
from typing import Any

from dynamicl.training import At, Evaluator, Every, Recording, RunSpec

from ._laptop_world import World, world

HEADS_ON = ("icl", "ciwl", "flip")
"""Evaluators on which heads are measured, besides the training sequences."""
FEWER = 8
"""How many times fewer classes there are in the settings of thesis figure D.3."""
FEW_DRAWINGS = 4
"""How many times fewer drawings."""
MANY_FEW, FEW_MANY, FEW_FEW = (
    "many classes, few drawings",
    "few classes, many drawings",
    "few classes, few drawings",
)


@dataclass(frozen=True, kw_only=True)
class WorldSetting:
    """A scale's numbers.

    Attributes:
        world: the base of all runs.
        inits: initialisation seeds of the main runs, all with the first data seed.
        datas: data seeds of the first initialisation.
        few: runs of a condition, with the first initialisations.
        evaluations: in the length of a main run.
        sequences: of each evaluator.
        rare: sequences on which answers that are right by chance once in C times are counted at the end.
        checkpoints: in the length of a main run, where halves are exchanged.
        long: length of the long runs, in main runs: flip falls within one of these, icl within several.
    """

    world: World
    inits: tuple[int, ...] = (0, 1, 2, 3, 4)
    datas: tuple[int, ...] = (0, 1, 2)
    few: int = 2
    evaluations: int = 100
    sequences: int = 1000
    rare: int = 200_000
    checkpoints: int = 25
    long: float = 4.0

    def recording(self, heads: bool = False, checkpoints: int = 0, rare: tuple[str, ...] = ()) -> Recording:
        """Return what is kept of a run.

        Args:
            heads: whether what heads attend to is measured, on every kind of sequence.
            checkpoints: in the length of a main run; without any the last weights are kept.
            rare: evaluators that are scored on many sequences at the beginning and the end alone.
        """
        measured = [Evaluator(name, measures=("heads",)) for name in HEADS_ON if heads]
        counted = [Evaluator(name, self.rare, At(())) for name in rare]
        return Recording(
            Every(max(1, self.world.steps // self.evaluations)),
            Every(max(1, self.world.steps // checkpoints)) if checkpoints else Every(2**30),
            self.sequences,
            ("heads", "norms") if heads else ("norms",),
            evaluators=(*measured, *counted),
        )

    def sparse(self, whole: bool = True) -> Recording:
        """Return what is kept of long runs: as often as of main ones, then a quarter as often.

        Args:
            whole: whether heads are measured and weights are kept on the way.
        """
        often = max(1, self.world.steps // self.evaluations)
        end = round(self.long * self.world.steps)
        times = (*range(0, self.world.steps, often), *range(self.world.steps, end, 4 * often))
        checkpoints = Every(max(1, end // self.checkpoints) if whole else 2**30)
        return dataclasses.replace(self.recording(heads=whole), evaluate=At(times), checkpoint=checkpoints)

    @property
    def main_recording(self) -> Recording:
        """What is kept of the main runs."""
        return self.recording(heads=True, checkpoints=self.checkpoints)


def few(scale: WorldSetting) -> tuple[int, ...]:
    """Return the initialisations of a condition."""
    return scale.inits[: scale.few]


def main_runs(scale: WorldSetting) -> list[RunSpec]:
    """Describe the main runs: every initialisation with the first data seed."""
    return [scale.world.run(init, scale.datas[0]) for init in scale.inits]


def whole_runs(scale: WorldSetting) -> list[RunSpec]:
    """Describe the main runs until in-context learning itself has faded."""
    return [scale.world.run(init, scale.datas[0], scale.long) for init in scale.inits]


def data_settings(scale: WorldSetting) -> dict[str, tuple[int, int]]:
    """Return classes and drawings of thesis figure D.3's settings other than the main one, by their name."""
    classes, drawings = scale.world.classes, scale.world.drawings
    less, fewer = classes // FEWER, max(2, drawings // FEW_DRAWINGS)
    return {MANY_FEW: (classes, fewer), FEW_MANY: (less, drawings), FEW_FEW: (less, fewer)}


def data_property_runs(scale: WorldSetting) -> list[RunSpec]:
    """Describe runs on fewer classes or drawings: settings outermost."""
    settings = data_settings(scale).values()
    worlds = [scale.world.changed(classes=classes, drawings=drawings) for classes, drawings in settings]
    return [world.run(init, scale.datas[0]) for world in worlds for init in few(scale)]


SMALL: dict[str, Any] = {
    "inits": (0, 1),
    "datas": (0, 1),
    "evaluations": 10,
    "sequences": 60,
    "rare": 200,
    "checkpoints": 4,
    "long": 1.0,
}
"""What tests train."""


def shared_numbers(scale: str) -> dict[str, Any]:
    """Return the fields in which the settings of chapters 3 and 5 agree at a scale, so that they share their runs."""
    return {"world": world(scale)} | (SMALL if scale == "smoke" else {})
