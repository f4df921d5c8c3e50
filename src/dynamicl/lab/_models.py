"""Trained models back from a store, ready to be looked at."""

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, SupportsIndex

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from dynamicl.clamps import FOREVER, NOBODY, Clamp, active, clamped_logits, lenders
from dynamicl.specs import SpecError, check, check_list, from_json, nearest, stacked
from dynamicl.store import Trajectory, open_trajectory
from dynamicl.tasks import Sequence as TaskSequence
from dynamicl.tasks import interface_of
from dynamicl.training import RunSpec, bound, evaluation, network_of, unpack

from ._listing import check_trajectory


@dataclass(frozen=True, eq=False)
class Loaded:
    """A trained model with what it was trained on.

    Attributes:
        model: called as `model(tokens, tap)`.
        spec: the run's.
        tasks: training task and evaluators by name, bound to the run's own values.
        prepared: the same as the task spec prepared them, before they were bound.
    """

    model: Any
    spec: RunSpec
    tasks: dict[str, Any]
    prepared: dict[str, Any]

    def evaluation(self, name: str = "train", sequences: int = 1000) -> tuple[Any, TaskSequence]:
        """Hand out an evaluator: its task together with the sequences that the run was scored on.

        Args:
            name: of the evaluator.
            sequences: how many; those of the recording give the recorded scores, under the clamps that the run had
                (`clamps_at`).

        Raises:
            SpecError: the task has no such evaluator, or there would be no sequence.
        """
        check(sequences >= 1, f"`sequences` is {sequences}: give 1 or more")
        check(name in self.prepared, _no_evaluator(name, self.prepared))
        return evaluation(self.spec, name, self.prepared[name], sequences)

    def task_of(self, sequences: TaskSequence, evaluator: str | None = None) -> Any:
        """Return the task that reads sequences: the evaluator's that they came from, or that is named.

        Raises:
            SpecError: what is given are no sequences, the task has no such evaluator, or they are another one's.
        """
        check(
            isinstance(sequences, TaskSequence),
            f"`sequences` is {type(sequences).__name__}: give sequences, as `loaded.evaluation` hands them out",
        )
        name = evaluator or sequences.evaluator or "train"
        check(name in self.tasks, _no_evaluator(name, self.tasks))
        check(
            sequences.evaluator in ("", name),
            f"`sequences` are those of evaluator `{sequences.evaluator}`, and `evaluator` is `{name}`, whose task "
            "would read them as others: leave `evaluator` out",
        )
        return self.tasks[name]

    def with_clamps(
        self, *clamps: Clamp, others: Mapping[str, Any] = NOBODY, evaluator: str | None = None
    ) -> Callable[[TaskSequence], Float[np.ndarray, "batch output"]]:
        """Return the model under clamps, those that could steer a run: a function from sequences to logits.

        Args:
            clamps: in the order in which they act; windows are taken at step 0.
            others: networks that values come from (`load_others`).
            evaluator: whose sequences the function is given; the one that they say themselves by default.

        Raises:
            SpecError: no such evaluator; when called, a clamp that misses, or another evaluator's sequences.
        """
        check(evaluator is None or evaluator in self.tasks, _no_evaluator(evaluator or "", self.tasks))

        def logits(sequences: TaskSequence) -> Float[np.ndarray, "batch output"]:
            task = self.task_of(sequences, evaluator)
            return clamped_logits(self.model, task, sequences, [clamps], others)[0]

        return logits


def _no_evaluator(name: str, known: Mapping[str, Any]) -> str:
    return f"the task has no evaluator `{name}`: did you mean {nearest(name, known)}?"


def load(
    trajectory: Trajectory | str | Path, run: SupportsIndex | str = 0, step: int | None = None
) -> Loaded:
    """Load a run's model.

    Args:
        trajectory: of a library or store, or the folder of one.
        run: index along the axis run (a Python or NumPy integer), or the run's id.
        step: a checkpoint; the last one by default.

    Raises:
        StoreError: there is no such run or checkpoint.
        SpecError: what is given is no trajectory, or no step.
    """
    if isinstance(trajectory, str | Path):
        trajectory = open_trajectory(trajectory)
    check(
        isinstance(trajectory, Trajectory),
        f"`trajectory` is {trajectory!r}: give one, or the folder of a library or store",
    )
    check(
        step is None or isinstance(step, SupportsIndex),
        f"`step` is {step!r}: give a checkpoint's step, or None for the last one",
    )
    store, row = trajectory.member(run)
    arrays = trajectory.weights(run, trajectory.last_checkpoint(run) if step is None else step)
    return _around(arrays, from_json(store.specs[row]))


def load_others(trajectory: Trajectory, loaded: Loaded, clamps: Sequence[Clamp]) -> dict[str, Any]:
    """Load the networks that clamps on a loaded one take values from (`FromCheckpoint`), by the pass they make.

    Raises:
        SpecError: a network of another kind.
        StoreError: there is no such run or checkpoint.
    """
    found = {}
    for name, one in lenders(clamps).items():
        other = load(trajectory, one.run, one.step)
        check(
            other.spec.model == loaded.spec.model
            and interface_of(other.tasks["train"]) == interface_of(loaded.tasks["train"]),
            f"run {one.run} is a network of another kind: take values from a run of the same model and task",
        )
        found[name] = other.model
    return found


def load_many(trajectory: Trajectory, which: Sequence[tuple[SupportsIndex | str, int | None]]) -> Loaded:
    """Load many models of one architecture and task at once, for what is computed on all of them together.

    Args:
        trajectory: of a library or store.
        which: index along the axis run or id, and checkpoint (`None` for the last one), of each model.

    Returns:
        A model whose arrays have a leading axis `model`, the first one's spec, and the tasks.

    Raises:
        SpecError: the models differ in task or architecture, or learnt different worlds.
        StoreError: there is no such run or checkpoint.
    """
    check_trajectory(trajectory)
    check_list(which, "which", "a list of (run, step)")
    one: Any
    for one in which:
        check(
            isinstance(one, tuple | list) and len(one) == 2,
            f"`which` holds {one!r}: give pairs (run, step), step None for the last checkpoint",
        )
    if not which:
        raise SpecError("`which` names no model: give at least one (run, step)")
    members = [trajectory.member(run) for run, _ in which]
    specs = [from_json(store.specs[row]) for store, row in members]
    if any((spec.task, spec.model) != (specs[0].task, specs[0].model) for spec in specs):
        raise SpecError("the runs differ in `task` or `model`: load those of one kind at a time")
    arrays = [
        trajectory.weights(run, trajectory.last_checkpoint(run) if step is None else step)
        for run, step in which
    ]
    loaded = _around(stacked(arrays), specs[0], len(which))
    check_one_world(specs, loaded.prepared)
    return loaded


def clamps_at(spec: RunSpec, step: int) -> tuple[Clamp, ...]:
    """Return the clamps that a run was under at a step, to put on the model that was loaded from there.

    Args:
        spec: of the run.
        step: of the checkpoint.

    Returns:
        Those whose windows were open, now open for ever; the others are left out.
    """
    own = [clamp for clamp in spec.clamps if active(np.array(clamp.windows), jnp.int32(step))]
    return tuple(dataclasses.replace(clamp, windows=((0, FOREVER),)) for clamp in own)


def check_one_world(specs: Iterable[RunSpec], prepared: Mapping[str, Any]) -> None:
    """Refuse runs that drew different worlds: no single bound task is that of all of them.

    Args:
        specs: of runs of the same task.
        prepared: that task and its evaluators, as the task spec prepared them.

    Raises:
        SpecError: `seeds.world` differs, and the task draws something from it.
    """
    first, *others = {spec.seeds.world: spec for spec in specs}.values()
    for other in others:
        for task in prepared.values():
            check(
                _same_arrays(bound(first, task), bound(other, task)),
                f"the runs differ in `seeds.world` ({first.seeds.world} and {other.seeds.world}), from which their "
                "task is drawn: take those of one world at a time",
            )


def _same_arrays(task: Any, other: Any) -> bool:
    """Tell whether two bound tasks hold the same arrays; those that binding leaves alone are not compared."""
    arrays, others = (jax.tree.leaves(eqx.filter(part, eqx.is_array)) for part in (task, other))
    return all(one is two or bool((one == two).all()) for one, two in zip(arrays, others, strict=True))


def _around(arrays: dict[str, Any], spec: RunSpec, count: int = 0) -> Loaded:
    """Build the model around its arrays; they have a leading axis of length `count` if that is not 0."""
    prepared = spec.task.prepare()
    network = network_of(spec, prepared)
    leading = (count,) if count else ()
    shapes = jax.tree.map(
        lambda leaf: jax.ShapeDtypeStruct((*leading, *leaf.shape), leaf.dtype), network.shapes
    )
    weights = jax.tree.map(jax.numpy.asarray, unpack(arrays, shapes, "checkpoint", finite=False))
    tasks = {name: bound(spec, task) for name, task in prepared.items()}
    return Loaded(network.model(weights), spec, tasks, prepared)
