"""Commits of a cohort in training: records since the last one and the whole state, into its store."""

import time
from typing import Any

import jax
import numpy as np

from dynamicl.store import Store
from dynamicl.training import Checkpoint, Done, Program, Recording, Records, RunState, pack

from ._records import to_dataset, to_extras

COMMIT_SECONDS = 10.0
"""How much time may be lost to a kill, about, besides the chunk in flight."""


class Commits:
    """Writes how far a cohort is, so that the same call goes on from there.

    Args:
        program: that trains the cohort.
        recording: what is kept of every run.
        store: of the cohort, open for writing.
        done: what was recorded, kept up to date by the training loop.
    """

    def __init__(self, program: Program, recording: Recording, store: Store, done: Done):
        self._program, self._recording, self._store, self._done = program, recording, store, done
        self._waiting: list[Records] = []
        self._diverged_at = list(store.attributes.get("diverged_at", [-1] * program.cohort.size))
        self._seconds_before = float(store.attributes.get("seconds", 0.0))
        self._began = self._last = time.monotonic()

    @property
    def due(self) -> bool:
        """Whether the last one is long enough ago."""
        return time.monotonic() - self._last > COMMIT_SECONDS

    def keep(self, records: Records) -> None:
        """Keep records for the next commit."""
        self._waiting.append(records)

    def write(self, state: RunState, step: int, checkpoint: Checkpoint | None = None) -> None:
        """Commit the state at a step with the records kept, and a checkpoint where there is one."""
        program, runs = self._program, list(self._store.runs)
        self._store.commit(
            step,
            records=to_dataset(program, self._waiting, runs) if self._waiting else None,
            checkpoint=self._weights(state) if checkpoint else None,
            extras=to_extras(program, checkpoint, runs) if checkpoint else None,
            state=pack(program.real(state)),
            attributes=self._standing(state, step),
        )
        self._waiting.clear()
        self._last = time.monotonic()

    def write_last(self, state: RunState, step: int) -> None:
        """Commit where training was stopped, if the state is still there: the last commit is what there is else."""
        if not any(leaf.is_deleted() for leaf in jax.tree.leaves(state)):
            self.write(state, step)

    def _standing(self, state: RunState, step: int) -> dict[str, Any]:
        """Say which runs are finished or diverged."""
        cohort, done = self._program.cohort, self._done
        alive, reached = (np.asarray(self._program.real(leaf)) for leaf in (state.alive, state.step))
        for run in np.flatnonzero(~alive):
            self._diverged_at[run] = int(reached[run])
        finished = min(step, done.evaluate, done.checkpoint) >= cohort.longest
        # A run that ends before others is done when its last records and weights are kept.
        ended = [
            done.checkpoint >= run.steps and (step > run.steps or done.evaluate >= run.steps)
            for run in cohort.runs
        ]
        return {
            "done": {"evaluate": done.evaluate, "checkpoint": done.checkpoint},
            "status": "finished" if finished else "running",
            "run_status": [_status(*standing) for standing in zip(alive.tolist(), ended, strict=True)],
            "diverged_at": self._diverged_at,
            "seconds": self._seconds_before + time.monotonic() - self._began,
        }

    def _weights(self, state: RunState) -> dict[str, np.ndarray]:
        real = self._program.real
        arrays = pack(real(state.weights))
        if self._recording.optimizer_state:
            arrays |= {f"optimizer/{name}": value for name, value in pack(real(state.optimizer)).items()}
        return arrays


def _status(alive: bool, finished: bool) -> str:
    if not alive:
        return "diverged"
    return "finished" if finished else "running"
