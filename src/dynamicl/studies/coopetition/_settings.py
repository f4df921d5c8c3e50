"""The coopetition study's numbers at each scale."""

import dataclasses
from dataclasses import dataclass

from dynamicl.studies._laptop_world import World, world
from dynamicl.studies._scales import setting_at
from dynamicl.training import At, Evaluator, Every, Recording

HEADS_ON = ("icl", "ciwl", "flip")
"""Evaluators on which heads are measured, besides the training sequences."""


@dataclass(frozen=True)
class Setting:
    """A scale's numbers.

    Attributes:
        seeds: toys of the two mechanisms that compete; of 1,500 some 1,230 leave the plateau.
        map_seeds: toys in each cell of the map over their constants.
        world: the base of all runs.
        inits: initialisation seeds of the main runs, all with the first data seed.
        datas: data seeds of the first initialisation.
        few: runs of a condition, with the first initialisations.
        evaluations: in the length of a main run.
        sequences: of each evaluator.
        rare: sequences on which pure in-weights answers are counted at the end: chance is 1 / C.
        checkpoints: in the length of a main run, where halves are exchanged.
        long: length of the long runs, in main runs: flip falls within one of these, icl within several.
        sample: sequences on which trained networks are looked at.
        held: numbers of layer-1 heads held to the previous token, in the finding on dedicated heads.
        starts: when holding all of them begins, as shares of a main run.
        large: whether 12 layers and runs of twenty times the length are trained as well: for a GPU.
    """

    seeds: int
    map_seeds: int
    world: World
    inits: tuple[int, ...] = (0, 1, 2, 3, 4)
    datas: tuple[int, ...] = (0, 1, 2)
    few: int = 2
    evaluations: int = 100
    sequences: int = 1000
    rare: int = 200_000
    checkpoints: int = 25
    long: float = 4.0
    sample: int = 2000
    held: tuple[int, ...] = (0, 1, 2, 4, 6, 8)
    starts: tuple[float, ...] = (0.2, 0.4, 0.6)
    large: bool = False

    def recording(self, heads: bool = False, checkpoints: int = 0, rare: bool = False) -> Recording:
        """Return what is kept of a run.

        Args:
            heads: whether what heads attend to is measured, on every kind of sequence.
            checkpoints: in the length of a main run; without any the last weights are kept.
            rare: whether pure in-weights answers are counted on many sequences at the beginning and the end.
        """
        measured = [Evaluator(name, measures=("heads",)) for name in HEADS_ON if heads]
        counted = [Evaluator("iwl", self.rare, At(()))] if rare else []
        return Recording(
            Every(max(1, self.world.steps // self.evaluations)),
            Every(max(1, self.world.steps // checkpoints)) if checkpoints else Every(2**30),
            self.sequences,
            ("heads", "norms") if heads else ("norms",),
            evaluators=(*measured, *counted),
        )

    def sparse(self) -> Recording:
        """Return what is kept of long runs: as often as of main ones, then a quarter as often."""
        often = max(1, self.world.steps // self.evaluations)
        end = round(self.long * self.world.steps)
        times = (*range(0, self.world.steps, often), *range(self.world.steps, end, 4 * often))
        checkpoints = Every(max(1, end // self.checkpoints))
        return dataclasses.replace(self.recording(heads=True), evaluate=At(times), checkpoint=checkpoints)


SETTINGS = {
    "smoke": Setting(
        40,
        8,
        world("smoke"),
        inits=(0, 1),
        datas=(0, 1),
        evaluations=10,
        sequences=60,
        rare=200,
        checkpoints=4,
        long=1.0,
        sample=60,
        held=(0, 8),
        starts=(0.5,),
    ),
    "demo": Setting(200, 20, world("demo"), inits=(0, 1), datas=(0, 1), few=1),
    "laptop": Setting(1500, 200, world("laptop")),
    "paper": Setting(
        6000, 1000, world("paper"), few=3, evaluations=200, sequences=5000, sample=5000, large=True
    ),
}


def setting(scale: str) -> Setting:
    """Return a scale's numbers.

    Raises:
        SpecError: there is no such scale.
    """
    return setting_at(scale, SETTINGS, "the coopetition study has")
