"""The world in which in-context learning rises and fades: the base of the thesis' chapters 2, 3 and 5 at each scale.

All conditions of the three studies are single changes of a `World`. How the laptop's was looked for is told in
`docs/results/coopetition/search.md`; change it here and nowhere else.
"""

import dataclasses
from dataclasses import dataclass
from typing import Any, Literal

from dynamicl.models import ImagesSpec, TransformerSpec
from dynamicl.specs import check
from dynamicl.tasks import ExemplarSpec, ExemplarTaskSpec
from dynamicl.tasks.exemplars import (
    Drawings,
    Portion,
    SequenceKind,
    Uniform,
    Zipf,
    bursty,
    ciwl,
    flip,
    icl,
    iid,
    iwl,
    mixture,
)
from dynamicl.training import OptimizerSpec, RunSpec, Seeds

HEADS = 8
POSITION_BASE = 30.0
"""Of sinusoidal and rotary positions in the published runs."""
CHARACTERS = 1623
"""Up to so many classes are plain characters, more are characters under eight transforms."""
DRAWN = 20
"""Up to so many drawings of a class are by different hands, more are those under eight transforms."""
EMBEDDER = (16, 32, 32)
"""Widths of the groups of the published embedder but the last, whose width is the residual stream's."""
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
        burst: how often the query's class stands in a bursty context.
        width: of the residual stream.
        share: of bursty training sequences, p(bursty); the others are of independent items. `None` where all are bursty
            and nothing else is drawn.
        zipf: exponent of the frequencies of classes; 0 for classes that are all alike.
        noise: Gaussian noise on each pixel, anew at each presentation, in standard deviations of a pixel.
        multiplicity: labels of each class, of which a sequence uses one.
        held_out: classes never trained on.
        more: evaluators besides icl, ciwl, flip and iwl.
        warmup: updates of a linear rise of the rate, which then falls as the inverse square root; 0 for a constant one.
        embedder: whether drawings go through a residual network that learns with the rest.
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
    burst: int = 1
    width: int = 64
    share: float | None = None
    zipf: float = 0.0
    noise: float = 0.0
    multiplicity: int = 1
    held_out: int = 0
    more: tuple[SequenceKind, ...] = ()
    warmup: int = 0
    embedder: bool = False

    def task(self, train: SequenceKind | None = None) -> ExemplarTaskSpec:
        """Describe the task of training on one kind of sequences, by default bursty ones in the world's share."""
        half = self.pairs // 2
        noisy: dict[str, Any] = {"noise": self.noise, "noise_on": "pixels"} if self.noise else {}
        return ExemplarTaskSpec(
            Drawings(ExemplarSpec(self.features, augmentation=self._augmentation), self.drawings, **noisy),
            classes=self.classes,
            test_classes=self.held_out,
            pairs=self.pairs,
            multiplicity=self.multiplicity,
            frequencies=Zipf(self.zipf) if self.zipf else Uniform(),
            train=self._mixture if train is None else (Portion(self._as_drawn(train)),),
            evaluators=tuple(map(self._as_drawn, (icl(half), ciwl(), flip(half), iwl(), *self.more))),
        )

    def _as_drawn(self, kind: SequenceKind) -> SequenceKind:
        """Let drawings repeat within a sequence where a class has too few to be different."""
        needed = kind.context.exemplars_needed(kind.exemplars)
        return kind if needed <= self.drawings else dataclasses.replace(kind, exemplars="independent")

    @property
    def _augmentation(self) -> Literal["none", "one_transform", "interleaved", "pooled"]:
        if self.drawings > DRAWN:
            return "pooled"
        return "none" if self.classes + self.held_out <= CHARACTERS else self.augmentation

    @property
    def _mixture(self) -> tuple[Portion, ...]:
        kind = self._as_drawn(bursty(self.burst))
        return (Portion(kind),) if self.share is None else mixture(self.share, kind, iid())

    @property
    def model(self) -> Any:
        """Describe the network."""
        body = TransformerSpec(
            layers=self.layers,
            heads=HEADS,
            d_model=self.width,
            mlp_ratio=self.mlp_ratio,
            positions=self.positions,
            position_base=POSITION_BASE,
            attention_bias=self.embedder,
        )
        return self.behind(body)

    def behind(self, body: Any) -> Any:
        """Return a network as it stands behind what the world reads drawings with."""
        return ImagesSpec(body, widths=(*EMBEDDER, body.d_model)) if self.embedder else body

    @property
    def optimizer(self) -> OptimizerSpec:
        """Describe how weights are updated."""
        adam = OptimizerSpec(name="adam", learning_rate=self.learning_rate)
        if not self.warmup:
            return adam
        return dataclasses.replace(adam, schedule="warmup-rsqrt", warmup_steps=self.warmup)

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
            train: kind of training sequences; by default bursty ones in the world's share.
            changes: further fields of `RunSpec`, such as `clamps`, `grafts` and `objective`.
        """
        fields = {"model": self.model, "optimizer": self.optimizer} | changes
        return RunSpec(
            self.task(train),
            seeds=Seeds(init=init, data=data),
            steps=max(1, round(length * self.steps)),
            batch_size=self.batch,
            **fields,
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


DEEP = World(
    1600,
    20,
    "pixels",
    3e-4,
    32,
    500_000,
    layers=12,
    positions="sinusoidal",
    mlp_ratio=4.0,
    pairs=8,
    limits="paper",
    burst=3,
    warmup=4000,
    embedder=True,
)
"""The published world of chapters 2 and 3 but for its images, which are of 28 x 28 pixels in place of 105 x 105."""


def world(scale: str) -> World:
    """Return a scale's world.

    Raises:
        SpecError: there is no such scale.
    """
    check(scale in WORLDS, f"there is no scale `{scale}`: choose one of {', '.join(WORLDS)}")
    return WORLDS[scale]
