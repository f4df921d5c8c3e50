"""Train a cohort: a generator of records and checkpoints, so that whoever listens decides what to keep."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from ._compiled import Program, reset_losses
from ._learner import RunState
from ._probe import SCORES, recorded_names
from ._schedules import Recording


@dataclass(frozen=True)
class Records:
    """One evaluation: arrays with leading axis run, at a step."""

    step: int
    values: dict[str, np.ndarray]


@dataclass(frozen=True)
class Checkpoint:
    """A step at which weights are due; `values` are the measures made at checkpoints.

    Of a run that ended since the last checkpoint they are those at its end.
    """

    step: int
    values: dict[str, np.ndarray]


@dataclass(frozen=True)
class Progress:
    """Somewhere between: the state went on to `step`."""

    step: int


Event = Records | Checkpoint | Progress


Longest = Callable[[], float]


def no_limit() -> float:
    """Let chunks be as long as the recording allows."""
    return math.inf


@dataclass
class Done:
    """What was already recorded: the last steps of either kind, and the mean training loss at each evaluation."""

    evaluate: int = -1
    checkpoint: int = -1
    watched: list[tuple[int, float]] = field(default_factory=list)


def train(
    program: Program,
    state: RunState,
    recording: Recording,
    start: int,
    done: Done | None = None,
    longest: Longest = no_limit,
) -> Iterator[tuple[Event, RunState]]:
    """Train every run of a cohort to its end.

    A run that is shorter than others is recorded at its own end too, whatever the schedule says, and they are not.

    Args:
        program: the compiled cohort.
        state: where to go on; given up (its memory is reused).
        recording: when to evaluate and keep checkpoints.
        start: the step that `state` has reached.
        done: after a resume, what was recorded before.
        longest: says after how many steps a chunk is cut, so that progress shows. Bits do not change.

    Yields:
        What became due, with the state at that moment; it can go on from there exactly.
    """
    done = Done() if done is None else done
    end, step = program.cohort.longest, start
    lengths = np.array([run.steps for run in program.cohort.runs])
    own = {evaluator.name: evaluator for evaluator in recording.evaluators}

    def due(kind: str) -> int | float:
        last = getattr(done, kind)
        if last < 0:
            return start
        return math.inf if last >= end else min(getattr(recording, kind).following(last, done.watched), end)

    def scheduled() -> list[str]:
        """Return the evaluators that are due now by their schedules; at the first and last evaluation all are."""
        last = -1 if step >= end else done.evaluate
        return [name for name in program.evaluators if name not in own or own[name].is_due(last, step)]

    while True:
        ending = lengths == step
        if step >= due("evaluate"):
            names = scheduled()
            # A run's last evaluation has all of its evaluators, whenever those of others end.
            values = program.evaluate(state, program.evaluators if ending.any() else names)
            if ending.any():
                values = _only_scheduled(program, values, names, ending)
            values = _only_reached(_with_all_evaluators(values, names, program.evaluators), step)
            state = reset_losses(state)
            done.evaluate = step
            done.watched.append((step, watched(values["train_loss"])))
            yield Records(step, values), state
        elif ending.any() and (not done.watched or step > done.watched[-1][0]):
            values = _of_runs(_only_reached(program.evaluate(state), step), ending)
            done.watched.append((step, watched(values["train_loss"])))
            yield Records(step, values), state
        if step >= due("checkpoint"):
            # What a run ended with since the last checkpoint is kept here: it stands still from its end on.
            ended = (lengths > done.checkpoint) & (lengths <= step)
            values = program.inspect(state)
            done.checkpoint = step
            there = (values["at"] == step) | (ended & (values["at"] == lengths))
            yield Checkpoint(step, _of_runs(values, there)), state
        if step >= end:
            return
        target = int(min(due("evaluate"), due("checkpoint"), lengths[lengths > step].min(), step + longest()))
        state = program.advance(state, target)
        step = target
        yield Progress(step), state


def watched(train_loss: np.ndarray) -> float:
    """Return the point of the curve that adaptive schedules watch: the mean over runs still training, or 0."""
    return float(np.mean(train_loss[np.isfinite(train_loss)])) if np.isfinite(train_loss).any() else 0.0


def _only_reached(values: dict[str, np.ndarray], step: int) -> dict[str, np.ndarray]:
    """Blank what is recorded of runs that are not at this step: ended, diverged, or forks that start later."""
    return _of_runs(values, values["at"] == step)


def _of_runs(values: dict[str, np.ndarray], meant: np.ndarray) -> dict[str, np.ndarray]:
    """Blank what is recorded of all runs but those that are meant."""

    def kept(value: np.ndarray) -> np.ndarray:
        if not np.issubdtype(value.dtype, np.floating):
            return value
        return np.where(meant.reshape(-1, *[1] * (value.ndim - 1)), value, np.float32(np.nan))

    return {name: kept(value) for name, value in values.items()}


def _only_scheduled(
    program: Program, values: dict[str, np.ndarray], names: Sequence[str], ending: np.ndarray
) -> dict[str, np.ndarray]:
    """Blank evaluators that are not due in the runs that do not end here."""
    others = [name for name in program.evaluators if name not in names]
    blanked = dict(values)
    for name in others:
        measured = recorded_names(program.watched[name].probes, name)
        blanked |= _of_runs(
            {variable: values[variable] for variable in measured if variable in values}, ending
        )
    going_on = ~ending[:, None] & np.isin(program.evaluators, others)[None, :]
    for kind in SCORES:
        blanked[kind] = np.where(going_on, np.float32(np.nan), values[kind])
    return blanked


def _with_all_evaluators(
    values: dict[str, np.ndarray], names: Sequence[str], everyone: Sequence[str]
) -> dict[str, np.ndarray]:
    """Put scores in the place of their evaluator, with NaN for those that were not due."""
    if values["loss"].shape[1] == len(everyone):
        return values
    places = [everyone.index(name) for name in names]

    def spread(scores: np.ndarray) -> np.ndarray:
        full = np.full((len(scores), len(everyone)), np.nan, np.float32)
        full[:, places] = scores
        return full

    return {name: spread(value) if name in SCORES else value for name, value in values.items()}
