"""How the driver of a place bears many workers: they sleep instead of training, and some of them die.

One clock runs for the workers, and the driver's own work stops it for nobody: each task handed out, looked at, tried
again and brought home costs what it costs, in the same loop that a real engine is driven by. Only what happens on other
machines is made up: how long a task takes, and who dies. Prints throughput against the ideal, for shorter and shorter
tasks, so that one sees where it bends.

    python tools/thousand_workers.py --workers 1000 --tasks 100000 --seconds 3 30 300
"""

import argparse
import heapq
import random
import tempfile
import time
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

from dynamicl.lab._planning import ToDo
from dynamicl.lab.places import Home
from dynamicl.lab.places import _driver as driver
from dynamicl.lab.places._orders import Order
from dynamicl.lab.places._tasks import REPORT, Job, Report, Task, write
from dynamicl.store import Library
from dynamicl.training import At, Every, Recording

DEATHS = 0.01
"""Probability that a worker dies within a minute of work."""
QUEUED = 2
"""Tasks for each worker that the engine has at once: one at work, one to follow. The driver looks at these alone."""


class Clock:
    """Time as the workers see it: the driver's own time goes by as it does, its waiting is skipped."""

    def __init__(self) -> None:
        self.skipped = 0.0

    def now(self) -> float:
        return time.monotonic() + self.skipped


class Sleepers:
    """An engine with a queue of its own, see `Engine`; where a worker dies, another is there at once."""

    name, tries, lasting, pause, runs = "sleepers", 1000, False, 2.0, 1

    def __init__(self, workers: int, seconds: float, clock: Clock, seed: int = 0):
        self.idle, self.seconds, self.clock = workers, seconds, clock
        self.together = QUEUED * workers
        self.draw = random.Random(seed)
        self.queue: deque[str] = deque()
        self.asleep: list[tuple[float, str, bool]] = []
        self.over: dict[str, bool] = {}
        self.deaths = 0

    def submit(self, tasks: Sequence[Any]) -> list[str]:
        self.queue.extend(task.folder.name for task in tasks)
        self._advance()
        return [task.folder.name for task in tasks]

    def ended(self, task: Any) -> str | None:
        self._advance()
        if task.folder.name not in self.over:
            return None
        if self.over.pop(task.folder.name):
            write(task.folder / REPORT, Report("finished"))
        return "it ended"

    def _advance(self) -> None:
        """Let time go by: who wakes up takes the next task at that very moment, whatever the driver does."""
        now = self.clock.now()
        while self.asleep and self.asleep[0][0] <= now:
            end, name, lived = heapq.heappop(self.asleep)
            self.over[name] = lived
            self.idle += 1
            self._begin(end)
        while self.idle and self.queue:
            self._begin(now)

    def _begin(self, moment: float) -> None:
        if not self.queue:
            return
        death = self.draw.expovariate(DEATHS / 60)
        self.deaths += death < self.seconds
        end = moment + min(death, self.seconds)
        heapq.heappush(self.asleep, (end, self.queue.popleft(), death >= self.seconds))
        self.idle -= 1

    def leave(self, tasks: Sequence[Any]) -> str:
        return ""

    def wait(self, seconds: float) -> None:
        self.clock.skipped += seconds


class Asleep(Task):
    """A task of which only the folder is real."""

    def __init__(self, folder: Path):
        super().__init__(folder, Order(["run"], [], "", steps=1))

    def note(self, job: Job) -> None:
        self.job = job
        write(self.folder / "job.json", job)

    def report(self) -> Report | None:
        return Report("finished") if (self.folder / REPORT).exists() else None

    def pulse(self) -> None:
        return None


def simulate(workers: int, tasks: int, seconds: float, home_seconds: float) -> dict[str, float]:
    """Drive sleeping workers through tasks; return throughput and its ideal, in tasks a second."""
    clock = Clock()
    engine = Sleepers(workers, seconds, clock)
    with tempfile.TemporaryDirectory() as folder:
        asleep = [Asleep(Path(folder) / f"{number:06d}") for number in range(tasks)]
        for task in asleep:
            task.folder.mkdir()

        def take_home(task: Task, home: Any) -> None:
            (task.folder / REPORT).unlink()
            clock.skipped += home_seconds

        made_up: dict[str, Any] = {
            "tasks_of": lambda *_: asleep,
            "bring_home": take_home,
            "time": SimpleNamespace(sleep=engine.wait),
        }
        todo = ToDo(steps=tasks, left=tasks)
        home = Home(Library(folder), Recording(Every(1), At(())))
        began, own = clock.now(), time.process_time()
        with mock.patch.multiple(driver, **made_up):
            driver.drive(engine, todo, home)
        spent = clock.now() - began
    # A death costs half a task's time on average, and is followed by another attempt.
    ideal = workers / (seconds * (1 + engine.deaths / tasks / 2))
    return {
        "ideal": ideal,
        "measured": tasks / spent,
        "deaths": engine.deaths,
        "driver": time.process_time() - own,
    }


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--workers", type=int, default=1000)
    options.add_argument("--tasks", type=int, default=100_000)
    options.add_argument("--seconds", type=float, nargs="+", default=[300.0, 60.0, 30.0, 10.0, 3.0])
    options.add_argument(
        "--home", type=float, default=0.04, help="seconds to bring one task home, as measured"
    )
    given = options.parse_args()
    print(
        "| seconds a task | ideal, tasks/s | driven, tasks/s | share | workers that died | driver's seconds |"
    )
    print("| --- | --- | --- | --- | --- | --- |")
    for seconds in given.seconds:
        row = simulate(given.workers, given.tasks, seconds, given.home)
        share = row["measured"] / row["ideal"]
        print(
            f"| {seconds:g} | {row['ideal']:.1f} | {row['measured']:.1f} | {share:.0%} | {row['deaths']:,.0f} | "
            f"{row['driver']:.0f} |"
        )


if __name__ == "__main__":
    main()
