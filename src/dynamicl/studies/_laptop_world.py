"""The world in which in-context learning rises and fades: the base of the thesis' chapters 2, 3 and 5 at each scale.

All conditions of the three studies are single changes of a `World`. How the laptop's was looked for is told in
`docs/results/coopetition/search.md`; change it here and nowhere else.
"""

import dataclasses
from dataclasses import dataclass
from typing import Any, Literal

from dynamicl.models import TransformerSpec
from dynamicl.specs import check
from dynamicl.tasks import ExemplarSpec, ExemplarTaskSpec
from dynamicl.tasks.exemplars import Drawings, Portion, SequenceKind, bursty, ciwl, flip, icl, iwl
from dynamicl.training import OptimizerSpec, RunSpec, Seeds

HEADS = 8
POSITION_BASE = 30.0
"""Of sinusoidal and rotary positions in the published runs."""
CHARACTERS = 1623
"""Up to so many classes are plain characters, more are characters under eight transforms."""
Features = Literal["pixels", "principal-components", "random-convolution"]


@dataclass(frozen=True)
class World:
    """A world's numbers: two layers, attention only, learnt positions, two pairs of one class each.

    Every run is scored on icl, ciwl, flip and iwl sequences, besides those that it is trained on.

    Attributes:
        classes: trained on (C), each with a label of its own.
        drawings: of each (E).
        features: what a drawing is read as.
        learning_rate: Adam's.
        batch: sequences in an update.
        steps: updates of a whole rise and fall.
        layers: of the network.
        positions: how the network knows places.
        mlp_ratio: hidden width of its MLPs over d; 0 for none.
        pairs: in a context, an even number.
        augmentation: how more classes than there are characters are made.
        limits: `laptop` or `paper`: how far the runs go, and what is asked of their ends.
    """

    classes: int
    drawings: int
    features: Features
    learning_rate: float
    batch: int
    steps: int
    layers: int = 2
    positions: Literal["learnt", "sinusoidal", "rotary"] = "learnt"
    mlp_ratio: float = 0.0
    pairs: int = 2
    augmentation: Literal["one_transform", "interleaved"] = "one_transform"
    limits: Literal["laptop", "paper"] = "laptop"

    def task(self, train: SequenceKind) -> ExemplarTaskSpec:
        """Describe the task of training on one kind of sequences."""
        augmentation = "none" if self.classes <= CHARACTERS else self.augmentation
        table = ExemplarSpec(self.features, augmentation=augmentation)
        half = self.pairs // 2
        return ExemplarTaskSpec(
            Drawings(table, self.drawings),
            classes=self.classes,
            pairs=self.pairs,
            train=(Portion(train),),
            evaluators=(icl(half), ciwl(), flip(half), iwl()),
        )

    def run(
        self,
        init: int,
        data: int,
        length: float = 1.0,
        train: SequenceKind | None = None,
        **changes: Any,
    ) -> RunSpec:
        """Describe one run.

        Args:
            init: seed of initialisation.
            data: seed of data.
            length: in whole rises and falls.
            train: kind of training sequences; bursty ones by default.
            changes: further fields of `RunSpec`, such as `clamps` and `grafts`.
        """
        model = TransformerSpec(
            layers=self.layers,
            heads=HEADS,
            d_model=64,
            mlp_ratio=self.mlp_ratio,
            positions=self.positions,
            position_base=POSITION_BASE,
        )
        return RunSpec(
            self.task(train or bursty()),
            model,
            OptimizerSpec(name="adam", learning_rate=self.learning_rate),
            seeds=Seeds(init=init, data=data),
            steps=max(1, round(length * self.steps)),
            batch_size=self.batch,
            **changes,
        )

    def changed(self, **fields: Any) -> "World":
        """Return the same world with other numbers."""
        return dataclasses.replace(self, **fields)


LAPTOP = World(6400, 20, "principal-components", 1e-3, 32, 16_000)
"""flip rose and fell in 14,560, 12,480 and 11,648 updates with the seeds 0, 1 and 2; icl takes four times as long."""
WORLDS = {
    "smoke": World(48, 4, "principal-components", 1e-3, 16, 40),
    "demo": LAPTOP,
    "laptop": LAPTOP,
    "paper": World(12_800, 20, "random-convolution", 1e-5, 32, 625_000, limits="paper"),
}
"""The base by scale. `paper` is the published setting but for its features: 2e7 of its 6.4e7 sequences."""


def world(scale: str) -> World:
    """Return a scale's world.

    Raises:
        SpecError: there is no such scale.
    """
    check(scale in WORLDS, f"there is no scale `{scale}`: choose one of {', '.join(WORLDS)}")
    return WORLDS[scale]
