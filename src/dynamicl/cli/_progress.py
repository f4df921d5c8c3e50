"""Progress of a population: rate, time left, and the loss so far."""

import math
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from dynamicl.lab import Progress, Worker

from ._start import is_terminal

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

Listener = Callable[[Progress], None]
EVERY = 15.0
ROWS = 12
"""Workers that the table shows, the slowest first."""


@contextmanager
def progress(title: str) -> Iterator[Listener]:
    """Show progress on a terminal as a bar; elsewhere as a line now and then."""
    if not is_terminal():
        yield _lines(title)
        return
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    class BarAndTable(Bar):
        """The bar, and below it the workers, where there are several."""

        workers: tuple[Worker, ...] = ()

        def get_renderables(self) -> Iterable["RenderableType"]:
            yield from super().get_renderables()
            if self.workers:
                yield workers_table(self.workers)

    columns = (
        TextColumn("[bold]{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        TextColumn("{task.fields[note]}"),
        TimeRemainingColumn(),
    )
    with BarAndTable(*columns, transient=True) as bar:
        task = bar.add_task(title, total=None, note="compiling")

        def listen(now: Progress) -> None:
            bar.workers = now.workers
            bar.update(task, total=now.total, completed=now.done, note=_note(now))

        yield listen


def workers_table(workers: Sequence[Worker]) -> "Table":
    """Make a table of workers, with those that take longest first."""
    from rich.table import Table

    table = Table("worker", "run-steps", "run-steps/s", "s left", "loss", box=None, pad_edge=False)
    slowest = sorted(workers, key=lambda worker: worker.left, reverse=True)
    for worker in slowest[:ROWS]:
        left = f"{worker.left:,.0f}" if math.isfinite(worker.left) else ""
        loss = f"{worker.loss:.3f}" if math.isfinite(worker.loss) else ""
        table.add_row(worker.name, f"{worker.done:,} of {worker.total:,}", f"{worker.rate:,.0f}", left, loss)
    if len(workers) > ROWS:
        table.add_row(f"and {len(workers) - ROWS} more")
    return table


def _lines(title: str) -> Listener:
    last = [time.monotonic() - EVERY]

    def listen(now: Progress) -> None:
        if time.monotonic() - last[0] >= EVERY:
            last[0] = time.monotonic()
            # A log that is full is no reason to stop a training.
            with suppress(OSError):
                sys.stderr.write(f"{title}: {100 * now.done / max(now.total, 1):.0f} %  {_note(now)}\n")
                sys.stderr.flush()

    return listen


def _note(now: Progress) -> str:
    if now.steps == 0:
        return _note_of_workers(now)
    parts = [f"cohort {now.cohort}/{now.cohorts}, {now.runs} runs, step {now.step:,}/{now.steps:,}"]
    known = math.isfinite(now.left)
    # Until the first chunk is done there is no rate: the time goes into compiling.
    parts += [f"{now.rate:,.0f} run-steps/s"] if known else ["compiling"]
    parts += [f"loss {now.loss:.3f}"] if math.isfinite(now.loss) else []
    parts += [f"{now.left:,.0f} s left"] if known else []
    return ", ".join(parts)


def _note_of_workers(now: Progress) -> str:
    """Say how far a population is that several workers train."""
    busy = [worker for worker in now.workers if worker.rate > 0]
    parts = [f"{now.cohort}/{now.cohorts} tasks home, {len(now.workers)} at work, {now.waiting} waiting"]
    parts += [f"{now.failures} given up"] if now.failures else []
    if now.workers:
        parts += [f"{sum(worker.rate for worker in busy):,.0f} run-steps/s"] if busy else ["starting"]
    parts += [f"loss {now.loss:.3f}"] if math.isfinite(now.loss) else []
    parts += [f"{now.left:,.0f} s left"] if math.isfinite(now.left) else []
    return ", ".join(parts)
