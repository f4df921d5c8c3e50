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
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from dynamicl.lab.places import _driver as driver
from dynamicl.lab.places._tasks import REPORT, Job, Report, write

DEATHS = 0.01
"""Probability that a worker dies within a minute of work."""


class Clock:
    """Time as the workers see it: the driver's own time goes by as it does, its waiting is skipped."""

    def __init__(self) -> None:
        self.skipped = 0.0

    def now(self) -> float:
        return time.monotonic() + self.skipped

    def skip_to(self, moment: float) -> None:
        self.skipped += max(0.0, moment - self.now())


class Sleepers:
    """An engine of sleeping workers, see `Engine`; a worker of a dead one's place is there again at once."""

    name, tries, lasting, pause, runs = "sleepers", 1000, False, 0.0, 1

    def __init__(self, workers: int, seconds: float, clock: Clock, seed: int = 0):
        self.together, self.seconds, self.clock = workers, seconds, clock
        self.draw = random.Random(seed)
        self.ends: dict[str, tuple[float, bool]] = {}
        self.next: list[float] = []
        self.deaths = 0

    def submit(self, tasks: Sequence[Any]) -> list[str]:
        now = self.clock.now()
        for task in tasks:
            death = self.draw.expovariate(DEATHS / 60)
            lives = death > self.seconds
            self.deaths += not lives
            end = now + min(death, self.seconds)
            self.ends[task.folder.name] = (end, lives)
            heapq.heappush(self.next, end)
        return [task.folder.name for task in tasks]

    def ended(self, task: Any) -> str | None:
        end, lives = self.ends[task.folder.name]
        if end > self.clock.now():
            return None
        if lives:
            write(task.folder / REPORT, Report("finished"))
        return "it ended"

    def leave(self, tasks: Sequence[Any]) -> str:
        return ""

    def wait(self, _: float) -> None:
        while self.next and self.next[0] <= self.clock.now():
            heapq.heappop(self.next)
        if self.next:
            self.clock.skip_to(self.next[0])


class Asleep:
    """A task of which only the folder is real."""

    def __init__(self, folder: Path):
        self.folder, self.job = folder, Job()
        self.order = SimpleNamespace(steps=1, runs=["run"])

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

        def take_home(task: Asleep, home: Any) -> None:
            (task.folder / REPORT).unlink()
            clock.skipped += home_seconds

        driver.tasks_of = lambda *_: asleep  # type: ignore[assignment,misc]
        driver.bring_home = take_home  # type: ignore[assignment]
        driver.time = SimpleNamespace(sleep=engine.wait)  # type: ignore[assignment]
        todo = SimpleNamespace(steps=tasks, left=tasks)
        began, own = clock.now(), time.process_time()
        driver.drive(engine, todo, SimpleNamespace(listener=lambda now: None))  # type: ignore[arg-type]
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
        "--home", type=float, default=0.02, help="seconds to bring one task home, as measured"
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
