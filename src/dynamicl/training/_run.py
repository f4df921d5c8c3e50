"""The run: one training of one model, wholly described by a frozen spec."""

from dataclasses import dataclass
from typing import Any, Literal

from dynamicl.clamps import Clamp, Graft
from dynamicl.specs import Known, SpecError, check, host, plain, register, spec_hash, to_json, validate, vary

from ._objective import ObjectiveSpec
from ._optimizers import OptimizerSpec

LONGEST = 2**31 - 1


@register("seeds")
@dataclass(frozen=True)
class Seeds:
    """Separate seeds: nothing drawn from one depends on another, even where they are equal (`stream_key`).

    Attributes:
        init: of the weights.
        data: of the training batches; the batch at step t is drawn from the stream's key with t folded in.
        evaluation: of the evaluators' fixed sequences.
        world: of what a task draws once and for all, before any sequence (class centres, tables of labels).
    """

    init: int = vary(0)
    data: int = vary(0)
    evaluation: int = vary(1)
    world: int = vary(0)

    def check(self) -> None:
        """Raise `SpecError` for seeds outside 0 .. 2^31 - 1."""
        for name in ("init", "data", "evaluation", "world"):
            value = getattr(self, name)
            check(0 <= value <= LONGEST, f"`seeds.{name}` is {value}: give 0 to {LONGEST}")


@register("start")
@dataclass(frozen=True)
class Start:
    """Where a run starts.

    Attributes:
        how: `fresh` draws the weights; `init_from` takes another run's weights and starts anew at step 0, on any task
            of the same shapes; `fork` goes on exactly from another run's checkpoint, with this run's data seed.
        run: hash of the other run.
        step: its checkpoint, in updates.
        optimizer: `kept` takes the optimizer's state along, `fresh` starts it anew.
    """

    how: Literal["fresh", "init_from", "fork"] = "fresh"
    run: str = ""
    step: int = 0
    optimizer: Literal["kept", "fresh"] = "kept"

    def check(self) -> None:
        """Raise `SpecError` unless another run is named exactly when it is needed."""
        check(
            (self.how == "fresh") == (self.run == ""),
            f"`start.how` is {self.how!r} with `start.run` {self.run!r}: name the run's hash, and only then",
        )
        check(self.step >= 0, f"`start.step` is {self.step}: give a checkpoint's step, 0 or more")
        check(
            self.how != "fresh" or self.step == 0,
            f"`start.step` is {self.step} with `start.how` 'fresh', which starts at no checkpoint: leave it out",
        )


@register("run")
@dataclass(frozen=True)
class RunSpec:
    """Describe a run. Two runs with equal specs are the same run.

    Attributes:
        task: a registered task spec.
        model: a registered model spec.
        optimizer: how weights are updated; a registered spec (`OptimizerSpec`, or one with its methods).
        objective: what is minimised.
        clamps: interventions, in the order in which they act.
        grafts: parts of the weights taken from other runs.
        seeds: of initialisation, data and evaluation.
        steps: updates; a fork's count goes on from its parent's.
        batch_size: sequences in an update.
        diverge_above: a run whose loss (nats) exceeds this, or is not finite, is frozen and marked.
        start: where it starts.
    """

    task: Any
    model: Any
    optimizer: Any = OptimizerSpec()  # noqa: RUF009 - frozen
    objective: ObjectiveSpec = ObjectiveSpec()  # noqa: RUF009 - frozen
    clamps: tuple[Any, ...] = ()
    grafts: tuple[Any, ...] = ()
    seeds: Seeds = Seeds()
    steps: int = vary(1000)
    batch_size: int = 32
    diverge_above: float = vary(1e4)
    start: Start = host(Start())  # noqa: RUF009 - frozen

    def check(self) -> None:
        """Raise `SpecError` for lengths and batches that cannot be trained."""
        check(1 <= self.steps <= LONGEST, f"`steps` is {self.steps}: give 1 to {LONGEST}")
        check(1 <= self.batch_size <= 1_000_000, f"`batch_size` is {self.batch_size}: give 1 to 1000000")
        check(self.diverge_above > 0, f"`diverge_above` is {self.diverge_above}: give a loss above 0")
        for name, member in (("task", "prepare"), ("model", "build"), ("optimizer", "update")):
            part = getattr(self, name)
            if not callable(getattr(part, member, None)):
                raise SpecError(f"`{name}` is {part!r}: give a registered spec with a method `{member}`")
        for name, kind in (("clamps", Clamp), ("grafts", Graft)):
            for part in getattr(self, name):
                check(isinstance(part, kind), f"`{name}` holds {part!r}: give a tuple of `{kind.__name__}`s")
        if self.start.how == "fork":
            check(
                self.steps > self.start.step,
                f"a fork at step {self.start.step} of {self.steps} steps has nothing left to do: raise `steps`",
            )

    @property
    def begins(self) -> int:
        """Update at which the run starts: a fork goes on from its parent's checkpoint, all others from 0."""
        return self.start.step if self.start.how == "fork" else 0

    @property
    def hash(self) -> str:
        """Name of what is trained: 32 hexadecimal digits of the spec's JSON."""
        return spec_hash(self)

    @property
    def json(self) -> str:
        """The spec as canonical JSON."""
        return to_json(self)


def resolve(spec: RunSpec, known: Known | None = None) -> RunSpec:
    """Check a whole run before anything is built; NumPy's numbers, lists and paths in it are taken for what is meant.

    Args:
        spec: the run.
        known: parts that it shares with runs that were checked before.

    Raises:
        SpecError: one line: the field, the value, what is allowed, the remedy.
    """
    check(isinstance(spec, RunSpec), f"`run` is {spec!r}: give a `RunSpec`")
    spec = plain(spec)
    validate(spec, known=known)
    return spec
