"""Trained models back from a store, ready to be looked at."""

from dataclasses import dataclass
from typing import Any

import equinox as eqx
import jax

from dynamicl.specs import from_json
from dynamicl.store import Trajectory
from dynamicl.training import RunSpec, unpack


@dataclass(frozen=True, eq=False)
class Loaded:
    """A trained model with what it was trained on.

    Attributes:
        model: called as `model(tokens, tap)`.
        spec: the run's.
        tasks: training task and evaluators by name.
    """

    model: Any
    spec: RunSpec
    tasks: dict[str, Any]


def load(trajectory: Trajectory, run: int | str, step: int | None = None) -> Loaded:
    """Load a run's model.

    Args:
        trajectory: of a library or store.
        run: index along the axis run, or the run's id.
        step: a checkpoint; the last one by default.

    Raises:
        StoreError: there is no such run or checkpoint.
    """
    index = trajectory.runs.index(run) if isinstance(run, str) and run in trajectory.runs else run
    store, row = trajectory.members[index] if isinstance(index, int) else trajectory.members[0]
    spec = from_json(store.specs[row])
    arrays = trajectory.weights(run, store.checkpoints[-1] if step is None else step)
    tasks = spec.task.prepare()
    interface = tasks["train"].interface
    shapes, static = eqx.partition(
        eqx.filter_eval_shape(spec.model.build, interface, jax.random.key(0)),
        lambda leaf: isinstance(leaf, jax.ShapeDtypeStruct),
    )
    weights = jax.tree.map(jax.numpy.asarray, unpack(arrays, shapes, "checkpoint"))
    return Loaded(eqx.combine(weights, static), spec, tasks)
