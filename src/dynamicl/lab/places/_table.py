"""How far a population is that many workers train: one picture of all of them for the listener."""

import time
from collections.abc import Sequence

from .._pace import Listener, Progress, Worker
from .._planning import ToDo
from ._tasks import Task

EVERY = 2.0
"""Seconds between two looks at the workers' pulses."""


class Table:
    """Adds up what workers say.

    Attributes:
        tasks: how many there are.
    """

    def __init__(self, todo: ToDo, listener: Listener, tasks: int):
        """Begin with nothing done.

        Args:
            todo: what is left.
            listener: told about all of it.
            tasks: that it was cut into.
        """
        self.tasks = tasks
        self._total, self._listener = todo.steps, listener
        self._start = self._home = max(0, todo.steps - todo.left)
        self._finished = 0
        self._began = time.monotonic()
        self._last = 0.0

    def came_home(self, steps: int) -> None:
        """Count a task's run-steps as done for good."""
        self._finished += 1
        self._home += steps

    def tell(self, at_work: Sequence[Task], waiting: int, failures: int) -> None:
        """Tell the listener, every second or two, how far everything is.

        Args:
            at_work: tasks that an engine has; those of which no worker says anything wait in its queue.
            waiting: tasks that no engine has.
            failures: tasks that were given up.
        """
        now = time.monotonic()
        if now - self._last < EVERY and (at_work or waiting):
            return
        self._last = now
        workers = [worker for task in at_work if (worker := _worker(task)) is not None]
        done = min(self._total, self._home + sum(worker.done for worker in workers))
        seconds = now - self._began
        losses = [worker.loss for worker in workers if worker.loss == worker.loss]
        self._listener(
            Progress(
                cohort=self._finished,
                cohorts=self.tasks,
                runs=sum(len(task.order.runs) for task in at_work),
                step=0,
                steps=0,
                done=done,
                total=self._total,
                seconds=seconds,
                loss=sum(losses) / len(losses) if losses else float("nan"),
                rate=(done - self._start) / seconds if seconds > 0 else 0.0,
                workers=tuple(workers),
                waiting=waiting + len(at_work) - len(workers),
                failures=failures,
            )
        )


def _worker(task: Task) -> Worker | None:
    """Return what a task's worker says; None where none has said anything, as while its job is in a queue."""
    pulse = task.pulse()
    if pulse is None:
        return None
    loss = float("nan") if pulse.loss is None else pulse.loss
    return Worker(pulse.worker, pulse.done, task.order.steps, pulse.rate, loss)
