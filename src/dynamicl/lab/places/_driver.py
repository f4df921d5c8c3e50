"""The driver: hands tasks to an engine, brings home what is finished, and tries again what failed.

It plans by spec, compiles nothing and asks no device. The engine places, queues and moves the tasks. All that has to
outlive the driver lies in the library's `.tasks`, so the same command goes on where a killed one was.
"""

import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from dynamicl.specs import DynamiclError
from dynamicl.store import StoreError

from .._interrupts import Interrupted, held_back
from .._planning import ToDo
from ._cutting import tasks_of
from ._homecoming import bring_home
from ._place import Home
from ._table import Table
from ._tasks import REPORT, Job, Report, Task

TRIES = 3
"""Attempts of a task that may fail before it is given up."""
CANCELLED = "CANCELLED"
"""How an engine's word for a job begins that a person has stopped: it is not tried again."""


class GivenUp(DynamiclError):
    """Tasks failed several times, or were refused, and were given up; the rest of the population is trained."""


@runtime_checkable
class Engine(Protocol):
    """What places tasks: a queue, a cluster, some processes.

    Attributes:
        name: of its kind.
        runs: the most runs of a task.
        together: tasks that it takes at once.
        tries: workers that may die of a task; 1 for an engine that has tried again by itself.
        lasting: whether its jobs go on without the driver, and are found again by their keys.
        pause: seconds between two looks.
    """

    name: str
    runs: int
    together: int
    tries: int
    lasting: bool
    pause: float

    def submit(self, tasks: Sequence[Task]) -> list[str]:
        """Take tasks; return the key of each one's job."""

    def ended(self, task: Task) -> str | None:
        """Say how a task's job ended; None while it waits or is at work."""

    def leave(self, tasks: Sequence[Task]) -> str:
        """Part from tasks that have not ended; say what becomes of them."""


@dataclass
class _State:
    """Where the tasks are.

    Attributes:
        waiting: for the engine to have room.
        at_work: given to the engine.
        failures: one line for each task that was given up.
    """

    waiting: deque[Task] = field(default_factory=deque)
    at_work: list[Task] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


def drive(engine: Engine, todo: ToDo, home: Home) -> None:
    """Train what is left of a population through an engine, see `Place.train`."""
    state = _State()
    for task in tasks_of(todo, home, engine.runs):
        goes_on = engine.lasting and task.job.key and task.job.engine == engine.name
        (state.at_work if goes_on else state.waiting).append(task)
    table = Table(todo, home.listener, len(state.waiting) + len(state.at_work))
    try:
        with held_back() as ready:
            while state.waiting or state.at_work:
                ready()
                state.at_work = [
                    task for task in state.at_work if _is_at_work(task, engine, state, home, table)
                ]
                _hand_out(engine, state)
                table.tell(state.at_work, len(state.waiting), len(state.failures))
                if state.at_work:
                    time.sleep(engine.pause)
    except KeyboardInterrupt as stopped:
        interrupted = Interrupted(f"{engine.leave(state.at_work)}: give the same command again to go on")
        interrupted.number = getattr(stopped, "number", interrupted.number)
        raise interrupted from None
    if state.failures:
        raise GivenUp(
            f"{len(state.failures)} of {table.tasks} tasks were given up, the others are in {home.library.root}; give "
            f"the same command again to try once more. {'; '.join(state.failures)}"
        )


def _hand_out(engine: Engine, state: _State) -> None:
    """Give the engine as many tasks as it takes."""
    room = max(0, engine.together - len(state.at_work))
    tasks = [state.waiting.popleft() for _ in range(min(room, len(state.waiting)))]
    if not tasks:
        return
    for task in tasks:
        (task.folder / REPORT).unlink(missing_ok=True)
    for task, key in zip(tasks, engine.submit(tasks), strict=True):
        task.note(Job(engine.name, key, task.job.tries))
    state.at_work += tasks


def _is_at_work(task: Task, engine: Engine, state: _State, home: Home, table: Table) -> bool:
    """Say whether a task is still at work; where it has ended, do what follows from how."""
    report = task.report()
    if report is not None and report.status == "finished":
        _take_home(task, state, home, table)
        return False
    ended = engine.ended(task)
    if ended is None:
        return True
    # It may have been written between the two looks.
    report = task.report()
    if report is None and not ended.startswith(CANCELLED):
        _try_again(task, engine.tries, state, f"its worker is gone ({ended})")
        return False
    report = report or Report("failed", ended)
    if report.status == "finished":
        _take_home(task, state, home, table)
        return False
    if report.status == "refused" or ended.startswith(CANCELLED):
        _give_up(task, state, report.message if report.status == "refused" else ended)
    elif report.status == "left":
        state.waiting.append(task)
    else:
        _try_again(task, TRIES, state, report.message)
    return False


def _take_home(task: Task, state: _State, home: Home, table: Table) -> None:
    """Bring a task home; where that fails it counts as a failed attempt."""
    try:
        bring_home(task, home)
        table.came_home(task.order.steps)
    except StoreError as error:
        _try_again(task, TRIES, state, str(error))


def _try_again(task: Task, most: int, state: _State, reason: str) -> None:
    tries = task.job.tries + 1
    if tries >= most:
        _give_up(task, state, f"{reason} (after {tries} tries)" if tries > 1 else reason)
    else:
        task.note(Job(tries=tries))
        state.waiting.append(task)


def _give_up(task: Task, state: _State, reason: str) -> None:
    # So that the same command tries anew.
    task.note(Job())
    runs = task.order.runs
    more = f" and {len(runs) - 1} more" if len(runs) > 1 else ""
    state.failures.append(f"{task.folder.name} with run {runs[0]}{more}: {reason}")
