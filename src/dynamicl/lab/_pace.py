"""The pace of a population: how long chunks may be, and what listeners are told."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dynamicl.training import Cohort, Program, Records

from ._records import to_dataset
from ._trackers import Tracker, tracked, untracked

CHUNK_SECONDS = 2.0
"""How long a chunk may take, about, before progress shows."""


@dataclass(frozen=True)
class Worker:
    """How far one of several workers is.

    Attributes:
        name: of its machine and process.
        done: run-steps of its task done.
        total: run-steps of its task.
        rate: run-steps a second.
        loss: mean training loss last recorded, nats.
    """

    name: str
    done: int
    total: int
    rate: float
    loss: float

    @property
    def left(self) -> float:
        """Seconds left at this rate; infinite before there is one."""
        return (self.total - self.done) / self.rate if self.rate > 0 else float("inf")


@dataclass(frozen=True)
class Progress:
    """How far a population is.

    Attributes:
        cohort: which cohort trains, from 1.
        cohorts: how many there are to train.
        runs: runs of this cohort.
        step: updates of each of them so far.
        steps: updates of the longest of them.
        done: run-steps of the whole population done or found in the library.
        total: run-steps of the whole population.
        seconds: since the population began.
        loss: mean training loss last recorded, nats.
        rate: run-steps a second since the population began; a cohort's first steps, which compile, left out.
        workers: where several train: each task at work. `cohort` is then how many tasks came home, `runs` those at
            work, and `step` and `steps` are 0.
        waiting: tasks that no worker has taken.
        failures: tasks that were given up.
    """

    cohort: int
    cohorts: int
    runs: int
    step: int
    steps: int
    done: int
    total: int
    seconds: float
    loss: float
    rate: float
    workers: tuple[Worker, ...] = ()
    waiting: int = 0
    failures: int = 0

    @property
    def left(self) -> float:
        """Seconds left at this rate."""
        return (self.total - self.done) / self.rate if self.rate > 0 else float("nan")


def nobody(progress: Progress) -> None:
    """Ignore progress: the listener of who wants to hear nothing."""


Listener = Callable[[Progress], None]


class Pace:
    """Keeps the time: how long chunks may be, and what listeners are told.

    Args:
        cohorts: to train.
        total: run-steps of the whole population.
        left: run-steps still to do.
        listener: told how far it is.
        tracker: told what is recorded.
    """

    def __init__(self, cohorts: int, total: int, left: int, listener: Listener, tracker: Tracker = untracked):
        self.cohorts, self.tracker = cohorts, tracker
        self.total, self.listener = total, listener
        self.start = self.before = max(0, total - left)
        self.began = self.last = time.monotonic()
        self.index, self.step, self.rate, self.loss = 0, 0, 0.0, float("nan")
        self.done, self.counted, self.spent = self.start, 0, 0.0

    def cohort_begins(self, cohort: Cohort, start: int) -> None:
        """Start the clock of a cohort."""
        self.index, self.cohort, self.step, self.rate = self.index + 1, cohort, start, 0.0
        self.base, self.last = start, time.monotonic()

    def longest(self) -> int:
        """Return how many steps a chunk may have to last about `CHUNK_SECONDS`."""
        return max(1, int(self.rate * CHUNK_SECONDS)) if self.rate else 20

    def recorded(self, program: Program, records: Records, runs: Sequence[str]) -> None:
        """Tell the tracker what was recorded of every run."""
        if self.tracker is untracked:
            return
        specs = dict(zip(runs, program.cohort.runs, strict=True))
        for record in tracked(to_dataset(program, [records], runs), specs):
            self.tracker(record)

    def reached(self, step: int) -> None:
        """Note a step and tell the listener."""
        now = time.monotonic()
        compiled = self.rate > 0
        spent = now - self.last
        if step > self.step:
            self.rate = (step - self.step) / max(now - self.last, 1e-6)
        self.step, self.last = step, now
        done = self.before + sum(max(0, min(step, run.steps) - self.base) for run in self.cohort.runs)
        seconds = now - self.began
        if compiled:
            self.counted, self.spent = self.counted + done - self.done, self.spent + spent
        self.done = done
        made, during = (self.counted, self.spent) if self.counted else (done - self.start, seconds)
        rate = made / during if during > 0 else 0.0
        runs, steps = self.cohort.size, self.cohort.longest
        self.listener(
            Progress(self.index, self.cohorts, runs, step, steps, done, self.total, seconds, self.loss, rate)
        )
        if step >= self.cohort.longest:
            self.before = done
            self.base = step
