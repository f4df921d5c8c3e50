"""The mixture study's runs at each scale.

`paper` is the document's setting with what it leaves open: 150,000 updates (public copies of the code have 75,000 to
200,000), all weights multiplied by 1 - 1e-6 after each update, labels in turn. `laptop` is the same networks on the
same tasks with fewer seeds and cells and shorter runs. `smoke` only shows that the code runs. The study's toys draw
nothing, so that all scales give the same numbers.
"""

import dataclasses
from dataclasses import dataclass

from dynamicl.models import AttentionClassifierSpec, ClassifierSpec, InductionHeadSpec
from dynamicl.specs import check
from dynamicl.studies._scales import same_at, setting_at
from dynamicl.tasks import ExemplarTaskSpec
from dynamicl.tasks.exemplars import (
    Absent,
    Classes,
    Fixed,
    Gaussian,
    LabelVectors,
    Portion,
    SequenceKind,
    Uniform,
    Zipf,
    bursty,
    ciwl,
    flip,
    iid,
    novel,
    swap,
)
from dynamicl.training import At, Decay, Evaluator, Every, OptimizerSpec, Recording, RunSpec, Seeds

RATE = 0.01
DECAY = 1e-6
"""By which all weights shrink at each update; not in the document's text, read in public copies of its code."""
SHRINKS = 1e-4
"""`DECAY` over `RATE`: what weights shrink by at other rates, as a share of the rate."""
LINES = ((1, 1), (1, 2), (1, 4), (2, 1), (2, 2), (2, 4))
"""Cells of (N, L) in Figure A.5: N halved or whole, L in multiples of N."""
IN_CONTEXT_SHARE = 0.8
"""The document's p_C where it studies the jump: the share of sequences of novel classes."""


@dataclass(frozen=True)
class Setting:
    """A scale's numbers.

    Attributes:
        labels: outputs (L).
        pairs: in a context (N).
        dimensions: of items (D).
        places: one-hot positions (P).
        width: of queries, keys and the classifier's layers.
        batch: sequences in an update.
        seeds: runs of each kind; initialisation, data and world have the same number.
        cell_seeds: runs in each cell of a grid.
        equal_seeds: runs of the minimal head with L = N.
        equal_full_seeds: runs of the full network in each cell of (N, L); 0 leaves those out.
        lines: those cells: N in halves of `pairs`, L in multiples of N.
        classes: of the jump's runs (K).
        curve_classes: of the runs whose curves Figure 1d shows, and of those that look for fading (K).
        grid_classes: K of the grid, rising.
        line_classes: K of the grid's other lines.
        grid_bursts: B of the grid; 0 for independent items.
        grid_alphas: exponents of the classes' frequencies in the grid.
        whole_grid: whether all cells are trained, or only those of independent items and of unequal frequencies, which
            claims of their own ask for.
        many_classes: of the runs that compare depths.
        steps: updates of the full network, as far as nothing else is said.
        jump_steps: of the full network in the jump's runs (Figures 3 and 4).
        minimal_steps: of the minimal head there.
        cell_steps: in each cell of a grid of full networks.
        minimal_cell_steps: in each cell of a grid of minimal heads.
        long_steps: of the runs that look for fading; 0 leaves them out.
        evaluations: of each run.
        sequences: of each evaluator.
    """

    labels: int
    pairs: int
    dimensions: int
    places: int
    width: int
    batch: int
    seeds: int
    cell_seeds: int
    equal_seeds: int
    equal_full_seeds: int
    lines: tuple[tuple[int, int], ...]
    classes: int
    curve_classes: int
    grid_classes: tuple[int, ...]
    line_classes: int
    grid_bursts: tuple[int, ...]
    grid_alphas: tuple[float, ...]
    whole_grid: bool
    many_classes: int
    steps: int
    jump_steps: int
    minimal_steps: int
    cell_steps: int
    minimal_cell_steps: int
    long_steps: int
    evaluations: int
    sequences: int

    def recording(self, steps: int) -> Recording:
        """Return what is kept of runs of a length: scores and progress measures, first and last weights."""
        every = Every(max(1, steps // self.evaluations))
        progress = (Evaluator("novel", measures=("progress",)),)
        return Recording(every, At(()), self.sequences, (), evaluators=progress)


PAPER = Setting(
    labels=32,
    pairs=8,
    dimensions=63,
    places=65,
    width=128,
    batch=128,
    seeds=6,
    cell_seeds=6,
    equal_seeds=60,
    equal_full_seeds=12,
    lines=LINES,
    classes=256,
    curve_classes=512,
    grid_classes=(128, 256, 512, 1024, 2048),
    line_classes=1024,
    grid_bursts=(0, 1, 2, 4),
    grid_alphas=(0.0, 0.5, 1.0, 1.25, 1.5),
    whole_grid=True,
    many_classes=2048,
    steps=150_000,
    jump_steps=150_000,
    minimal_steps=100_000,
    cell_steps=150_000,
    minimal_cell_steps=150_000,
    long_steps=1_000_000,
    evaluations=150,
    sequences=1000,
)
SETTINGS = {
    "smoke": Setting(
        labels=8,
        pairs=4,
        dimensions=15,
        places=20,
        width=16,
        batch=16,
        seeds=2,
        cell_seeds=2,
        equal_seeds=3,
        equal_full_seeds=2,
        lines=((2, 1), (2, 2)),
        classes=16,
        curve_classes=16,
        grid_classes=(16,),
        line_classes=16,
        grid_bursts=(0, 1),
        grid_alphas=(0.0, 0.5, 1.0, 1.5),
        whole_grid=True,
        many_classes=32,
        steps=40,
        jump_steps=40,
        minimal_steps=40,
        cell_steps=40,
        minimal_cell_steps=40,
        long_steps=40,
        evaluations=10,
        sequences=100,
    ),
    "laptop": dataclasses.replace(
        PAPER,
        cell_seeds=3,
        grid_classes=(128, 512, 2048),
        grid_bursts=(0, 1, 2),
        grid_alphas=(1.0,),
        whole_grid=False,
        equal_full_seeds=0,
        steps=40_000,
        jump_steps=80_000,
        minimal_steps=30_000,
        cell_steps=40_000,
        minimal_cell_steps=50_000,
        long_steps=0,
        evaluations=100,
    ),
    "paper": PAPER,
}


def setting(scale: str) -> Setting:
    """Return a scale's numbers, or raise `SpecError` naming the scales."""
    return setting_at(scale, SETTINGS, "the mixture study's networks have")


def any_scale(scale: str) -> str:
    """Return a scale's name: the toys are the same at all of them.

    Raises:
        SpecError: there is no such scale.
    """
    return same_at(scale, "mixture")


@dataclass(frozen=True)
class Data:
    """What the document varies of the data.

    Attributes:
        classes: K.
        burst: B; 0 draws all items independently.
        eps: size of the noise within a class.
        alpha: exponent of the classes' frequencies; `None` for equal frequencies and balanced labels.
        bursty: p_B, the share of bursty sequences among those of trained classes.
        in_context: p_C, the share of sequences of novel classes.
        labels: L; 0 for the scale's.
        pairs: N; 0 for the scale's.
        dimensions: D; 0 for the scale's.
        further: evaluators beside the usual three: `rare`, `flip`, `ciwl`.
    """

    classes: int
    burst: int = 1
    eps: float = 0.1
    alpha: float | None = None
    bursty: float = 1.0
    in_context: float = 0.0
    labels: int = 0
    pairs: int = 0
    dimensions: int = 0
    further: tuple[str, ...] = ()


def task(scale: Setting, data: Data) -> ExemplarTaskSpec:
    """Describe the sequences.

    Evaluators: `novel`, `swap`, `in-weights` (target and items drawn independently by frequency); and where they are
    asked for `rare` (of the rarest tenth of the classes, the query's not among the context's), `flip` and `ciwl`.

    References:
        Reddy 2023, section 2.
    """
    pairs, shown = data.pairs or scale.pairs, data.burst or 1
    rare = Classes(first=data.classes - max(2, data.classes // 10), weighted=False)
    further = {
        # With the query's own class among so few in the context, a network that only copies would pass.
        "rare": SequenceKind("rare", Absent(different=False), Fixed(), rare),
        "flip": flip(pairs // 2),
        "ciwl": ciwl(),
    }
    return ExemplarTaskSpec(
        Gaussian(dimensions=data.dimensions or scale.dimensions, eps=data.eps),
        classes=data.classes,
        labels=data.labels or scale.labels,
        pairs=pairs,
        balanced=data.alpha is None,
        frequencies=Uniform() if data.alpha is None else Zipf(data.alpha),
        form=LabelVectors(scale.places),
        train=_mixture(data),
        evaluators=(
            novel(shown),
            swap(shown),
            iid("in-weights"),
            *(further[name] for name in data.further),
        ),
    )


def _mixture(data: Data) -> tuple[Portion, ...]:
    """Return bursts, independent items and novel classes with their shares; a share of 0 draws nothing."""
    own = round(1 - data.in_context, 9)
    if not data.burst:
        check(
            data.in_context == 0 and data.bursty == 1,
            f"`burst` is 0, which draws all items independently, with `in_context` {data.in_context} and `bursty` "
            f"{data.bursty}: leave those at 0 and 1, or give a burst",
        )
        return (Portion(iid()),)
    parts = [
        Portion(bursty(data.burst, classes=0), round(own * data.bursty, 9)),
        Portion(iid(), round(own * (1 - data.bursty), 9)),
        Portion(novel(data.burst, name="in-context"), data.in_context),
    ]
    return tuple(part for part in parts if part.share > 0)


def full(scale: Setting, hidden: int = 3) -> AttentionClassifierSpec:
    """Describe the full network."""
    return AttentionClassifierSpec(width=scale.width, classifier=ClassifierSpec(hidden, scale.width))


def minimal(scale: Setting, parameters: int = 3) -> InductionHeadSpec:
    """Describe the minimal induction head."""
    return InductionHeadSpec(parameters, classifier=ClassifierSpec(width=scale.width))


def run(
    scale: Setting,
    model: AttentionClassifierSpec | InductionHeadSpec,
    data: Data,
    seed: int,
    steps: int,
    optimizer: OptimizerSpec | None = None,
) -> RunSpec:
    """Describe one run.

    Args:
        scale: the scale's numbers.
        model: the network.
        data: what it is trained on.
        seed: of initialisation, data and world.
        steps: updates.
        optimizer: plain gradient descent at rate 0.01 with the published code's decay, by default.
    """
    return RunSpec(
        task=task(scale, data),
        model=model,
        optimizer=optimizer or descent(),
        seeds=Seeds(init=seed, data=seed, world=seed),
        steps=steps,
        batch_size=scale.batch,
    )


def descent(decay: float = DECAY, rate: float = RATE) -> OptimizerSpec:
    """Describe plain gradient descent, after which all weights shrink by a factor 1 - decay."""
    return OptimizerSpec("sgd", rate, beta1=0.0, decays=(Decay("everything", decay, per="step"),))
