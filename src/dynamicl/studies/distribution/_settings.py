"""The distribution study's numbers at each scale."""

from dataclasses import dataclass

from dynamicl.studies._laptop_world import CHARACTERS, DEEP, World, world
from dynamicl.studies._scales import setting_at
from dynamicl.studies._world_setting import SMALL, WorldSetting
from dynamicl.tasks.exemplars import Absent, Classes, Fixed, SequenceKind, icl
from dynamicl.training import Recording

COMMON = 10
"""The classes seen most often, whose in-weights learning is scored apart (thesis 2.3.5)."""
HELD_OUT, COMMON_IWL, RARE_IWL = "icl-held-out", "iwl-common", "iwl-rare"
HELD_OUT_CHARACTERS = 23
"""What 1600 of 1623 characters leave."""
TRANSFORMS = 8


@dataclass(frozen=True, kw_only=True)
class Setting(WorldSetting):
    """A scale's numbers.

    Attributes:
        shares: p(bursty) where it is varied.
        share: p(bursty) where something else is.
        noises: on pixels, in their standard deviations, where each class has a single drawing.
        repeats: runs of each cell of variation by burstiness.
        multiplicities: labels of each class, where they are varied.
        multiple_classes: classes there.
        class_counts: classes where they are varied, below those of the base or above.
        transient_classes: with so many of them, p(bursty) below 1 is said to make in-context learning transient.
        exponents: of Zipf's law, where it is varied; the base is at 0.
        rates: pairs of (rate, warm-up) of the sweep over architectures.
        sweep_length: of its runs, in main runs.
        sweep_depths: numbers of layers there; those of the base where empty.
    """

    shares: tuple[float, ...] = (0.0, 0.5, 0.9, 1.0)
    share: float = 0.9
    noises: tuple[float, ...] = (1.0,)
    repeats: int = 1
    multiplicities: tuple[int, ...] = (1, 2, 4)
    multiple_classes: int = 3200
    class_counts: tuple[int, ...] = (100, 1600)
    transient_classes: int = 1600
    exponents: tuple[float, ...] = (1.0, 2.0, 3.0)
    rates: int = 15
    sweep_length: float = 0.5
    sweep_depths: tuple[int, ...] = ()

    @property
    def kept(self) -> Recording:
        """What is kept of every run."""
        return self.recording(rare=(RARE_IWL,))

    def base(self, **fields: object) -> World:
        """Return the world that the study's conditions change, with other numbers."""
        changed = self.world.changed(**{"share": self.share, **fields})
        plain = changed.drawings > 20 or changed.classes + HELD_OUT_CHARACTERS <= CHARACTERS
        held_out = HELD_OUT_CHARACTERS * (1 if plain else TRANSFORMS)
        return changed.changed(held_out=held_out, more=_scored_too(changed.pairs // 2))


def _scored_too(half: int) -> tuple[SequenceKind, ...]:
    """Return what every run is scored on besides: unseen classes in context, common and rare ones by heart."""
    return (
        icl(half, held_out=True, name=HELD_OUT),
        SequenceKind(COMMON_IWL, Absent(), Fixed(), Classes(count=COMMON, weighted=False)),
        SequenceKind(RARE_IWL, Absent(), Fixed(), Classes(first=COMMON, weighted=False)),
    )


SETTINGS = {
    "smoke": Setting(
        world=world("smoke"),
        **SMALL,
        shares=(0.0, 0.9, 1.0),
        multiplicities=(1, 2),
        multiple_classes=24,
        class_counts=(24, 32),
        transient_classes=32,
        exponents=(1.0, 2.0, 3.0),
        rates=2,
    ),
    "laptop": Setting(world=world("laptop"), inits=(0, 1, 2), evaluations=50, rare=50_000),
    "paper": Setting(
        world=DEEP,
        inits=(0, 1, 2, 3, 4),
        few=3,
        evaluations=200,
        sequences=5000,
        noises=(0.1, 0.3, 1.0),
        repeats=3,
        multiple_classes=1600,
        class_counts=(100, 12_800),
        exponents=(0.0, 0.5, 1.0, 1.5, 2.0, 3.0),
        sweep_length=1.0,
        sweep_depths=(2, 12),
    ),
}


def setting(scale: str) -> Setting:
    """Return a scale's numbers.

    Raises:
        SpecError: there is no such scale.
    """
    return setting_at(scale, SETTINGS, "the distribution study has")
