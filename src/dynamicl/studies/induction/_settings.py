"""The induction study's runs at each scale.

The published setting trains at rate 1e-5 for 1e6 sequences. Under Adam the time of every phase goes as the inverse of
the rate, so smaller scales raise the rate and shorten the runs by the same factor; `paper` is the published setting,
and so is `demo`, for the main runs. `paper` also reads the drawings through a network trained on photographs, as the
thesis does, though another one: MobileNetV2 (extra `vision`) where the thesis has a ResNet-18.
"""

import dataclasses
from dataclasses import dataclass
from typing import Any, Literal

from dynamicl.models import TransformerSpec
from dynamicl.studies._scales import setting_at
from dynamicl.tasks import FewShotSpec
from dynamicl.training import Every, OptimizerSpec, Recording, RunSpec, Seeds

HEADS = 8
BATCH = 32
PAPER_RATE = 1e-5
TASKS = ((50, 5), (100, 5), (200, 5), (50, 10), (50, 15))
ENDS = (TASKS[0], TASKS[2], TASKS[4])
"""The tasks that are judged: the study's own, most classes, most labels."""
Encoder = Literal["random-convolution", "mobilenet-v2"]


@dataclass(frozen=True)
class Setting:
    """A scale's numbers.

    Attributes:
        learning_rate: Adam's.
        seeds: initialisation seeds; data seeds are the same numbers.
        evaluations: in a run of 1e6 published sequences.
        sequences: of each evaluator.
        share: of their published length that runs other than the main ones last.
        tasks: classes and labels, the study's own first; every further task is a few more programs to compile.
        sample: sequences on which trained networks are looked at; 0 stands for every distinct one where those can be
            listed, and for 5,000 where a sample will do.
        toys: draws of the toy without networks.
        curve_labels: numbers of labels of the finding on them, rising, the study's own five among them.
        curve_seeds: runs with each of them.
        encoder: of the drawings.
    """

    learning_rate: float
    seeds: tuple[int, ...]
    evaluations: int
    sequences: int
    share: float = 1.0
    tasks: tuple[tuple[int, int], ...] = TASKS
    sample: int = 0
    toys: int = 40
    curve_labels: tuple[int, ...] = (2, 3, 5, 8, 12, 16, 20)
    curve_seeds: int = 10
    encoder: Encoder = "random-convolution"

    def steps(self, sequences: float) -> int:
        """Return the updates that stand for a published number of sequences at this rate."""
        return max(1, round(sequences * PAPER_RATE / self.learning_rate / BATCH))

    def lasting(self, sequences: float) -> int:
        """Return the updates of a run other than the main ones, of a published length."""
        return self.steps(sequences * self.share)

    def published(self, steps: Any) -> Any:
        """Return the published sequences that a number of updates (or an array of them) stands for."""
        return steps * BATCH * self.learning_rate / PAPER_RATE

    def recording(
        self, *measures: str, checkpoints: int = 0, sequences: int = 0, dense: int = 1
    ) -> Recording:
        """Return what is kept of a run.

        Args:
            measures: recorded at every evaluation, besides the scores.
            checkpoints: in 1e6 published sequences; at least first and last are kept.
            sequences: of each evaluator, where it differs.
            dense: how many times as often it is evaluated.
        """
        evaluate = Every(self.steps(1e6 / self.evaluations / dense))
        keep = Every(self.steps(1e6 / checkpoints) if checkpoints else 2**30)
        return Recording(evaluate, keep, sequences or self.sequences, measures)


SETTINGS = {
    "smoke": Setting(
        4e-4,
        (0, 1),
        20,
        200,
        share=0.25,
        tasks=ENDS[:2],
        sample=100,
        toys=8,
        curve_labels=(2, 5, 8),
        curve_seeds=2,
    ),
    "demo": Setting(1e-5, (0, 1, 2, 3, 4, 5), 100, 1000, toys=20),
    "laptop": Setting(5e-5, (0, 1, 2, 3, 4), 50, 500),
    "paper": Setting(1e-5, (5, 6, 7, 8, 9), 200, 1000, toys=200, encoder="mobilenet-v2"),
}


def setting(scale: str) -> Setting:
    """Return a scale's numbers, or raise `SpecError` naming the scales."""
    return setting_at(scale, SETTINGS, "the induction study has")


def run(
    scale: Setting,
    seed: int,
    sequences: float = 1e6,
    clamps: tuple = (),
    grafts: tuple = (),
    classes: int = 50,
    labels: int = 5,
    held_out: bool = False,
) -> RunSpec:
    """Describe one run: two layers, attention only, eight heads, C classes, one exemplar, L labels.

    Args:
        scale: the scale's numbers.
        seed: of initialisation and data.
        sequences: published length.
        clamps: interventions.
        grafts: parts of the weights from elsewhere.
        classes: C.
        labels: L.
        held_out: whether drawings and classes kept from training are evaluated too; the training sequences are the
            same either way, and half the evaluation's cost is saved.

    References:
        Thesis 4.2.1; reference settings B1-B3.
    """
    only_trained: dict[str, Any] = {} if held_out else {"held_out_exemplars": 0, "test_classes": 0}
    task = FewShotSpec(classes=classes, labels=labels, **only_trained)
    return RunSpec(
        task=dataclasses.replace(task, source=dataclasses.replace(task.source, encoder=scale.encoder)),
        model=TransformerSpec(layers=2, heads=HEADS, d_model=64),
        optimizer=OptimizerSpec(name="adam", learning_rate=scale.learning_rate),
        clamps=clamps,
        grafts=grafts,
        seeds=Seeds(init=seed, data=seed),
        steps=scale.lasting(sequences),
        batch_size=BATCH,
    )
