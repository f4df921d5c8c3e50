"""Where a store can go on: at its last state, or, where that is damaged, at the last whole checkpoint."""

import warnings
from pathlib import Path
from typing import Any

import jax
import numpy as np

from dynamicl.store import DamagedError, NoStateError, Store
from dynamicl.training import Done, RunSpec, RunState, pack, unpack, watched

OPTIMIZER = "optimizer/"
WEIGHTS = "weights."
RESET = ("loss", "gradient")
"""Beginnings of what a state adds up between records: empty after one."""


class Rewound(UserWarning):
    """A store's state could not be read; its runs go on from an earlier step."""


def resumed(store: Store, shapes: RunState, runs: tuple[RunSpec, ...]) -> tuple[RunState, int, Done] | None:
    """Read where a store goes on.

    Args:
        store: open for writing. Where its state is damaged it is rewound to what can go on, with a warning.
        shapes: of the state on the host, leading axis run.
        runs: the cohort's specs.

    Returns:
        The state, its step and what is recorded up to there; None where the runs have to start again.

    Raises:
        StoreError: the disk refuses, or something else than the state is damaged.
        SpecError: the state belongs to another model or optimizer.
    """
    try:
        step, arrays = store.state()
        return unpack(arrays, shapes, finite=False), step, _done(store, store.attributes["done"])
    except (DamagedError, NoStateError) as error:
        reason = str(error)
    for step in reversed(store.checkpoints):
        try:
            arrays = store.checkpoint(step)
        except DamagedError:
            continue
        state = _from_checkpoint(arrays, shapes, store, runs, step)
        if state is None:
            continue
        store.rewind(step)
        _commit_rewound(store, step, state)
        _warn(store.path, reason, f"goes on from its checkpoint at step {step}, with the same weights")
        return state, step, _done(store, store.attributes["done"])
    store.rewind(-1)
    _warn(store.path, reason, "starts again from the beginning: no checkpoint holds the optimizer's state")
    return None


def last_state(store: Store, row: int, step: int) -> dict[str, np.ndarray]:
    """Read the state that a store keeps for going on, as a checkpoint would hold it.

    Args:
        store: of the run.
        row: the run's index there.
        step: where the run must stand.

    Returns:
        Weights, and the optimizer's state with the prefix `optimizer/`; nothing where the run's state is of another
        step, is damaged, or was not kept.
    """
    try:
        _, arrays = store.state()
    except (DamagedError, NoStateError):
        return {}
    if "step" not in arrays or int(arrays["step"][row]) != step:
        return {}
    weights = {
        name.removeprefix(WEIGHTS): np.asarray(array[row])
        for name, array in arrays.items()
        if name.startswith(WEIGHTS)
    }
    moments = {
        name.replace("optimizer.", OPTIMIZER, 1): np.asarray(array[row])
        for name, array in arrays.items()
        if name.startswith("optimizer.")
    }
    return weights | moments


def _from_checkpoint(
    arrays: dict[str, np.ndarray], shapes: RunState, store: Store, runs: tuple[RunSpec, ...], step: int
) -> RunState | None:
    """Put a state together from a checkpoint; None where it does not hold enough."""
    frozen = np.array(store.attributes.get("diverged_at", [-1] * len(runs)))
    alive = ~((frozen >= 0) & (frozen <= step))
    begins = np.array([run.begins for run in runs])
    ends = np.array([run.steps for run in runs])
    reached = np.where(alive, np.clip(step, begins, ends), frozen)
    known: dict[str, Any] = {"step": reached, "alive": alive}
    for name, value in arrays.items():
        within = name.startswith(OPTIMIZER)
        known[f"optimizer.{name.removeprefix(OPTIMIZER)}" if within else f"{WEIGHTS}{name}"] = value
    empty = jax.tree.map(lambda leaf: np.zeros(leaf.shape, leaf.dtype), shapes)
    whole = {}
    for name, value in pack(empty).items():
        if name not in known and not name.startswith(RESET):
            return None
        whole[name] = np.asarray(known.get(name, value)).astype(value.dtype)
    return unpack(whole, shapes, "checkpoint", finite=False)


def _commit_rewound(store: Store, step: int, state: RunState) -> None:
    """Keep the state under the attributes that hold at that step, so that a kill from here on finds it."""
    recorded = store.records()
    last = int(recorded["step"].values[-1]) if recorded.sizes.get("step") else -1
    frozen = [at if at <= step else -1 for at in store.attributes.get("diverged_at", [])]
    attributes: dict[str, Any] = {
        "done": {"evaluate": last, "checkpoint": step},
        "status": "running",
        "run_status": ["diverged" if at >= 0 else "running" for at in frozen],
        "diverged_at": frozen,
    }
    store.commit(step, state=pack(state), attributes=attributes)


def _done(store: Store, recorded: dict[str, int]) -> Done:
    """Say what was recorded, with the curve that adaptive schedules watch."""
    records = store.records()
    losses = list(records["train_loss"].transpose("step", "run")) if "train_loss" in records else []
    curve = [(int(loss["step"]), watched(loss.values)) for loss in losses]
    return Done(recorded["evaluate"], recorded["checkpoint"], curve)


def _warn(path: Path, reason: str, instead: str) -> None:
    warnings.warn(
        f"the store {path} {instead}; its state could not be used ({reason})", Rewound, stacklevel=5
    )
