"""Progress of a population: rate, time left, and the loss so far."""

import math
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from dynamicl.lab import Progress

from ._start import is_terminal

Listener = Callable[[Progress], None]
EVERY = 15.0


@contextmanager
def progress(title: str) -> Iterator[Listener]:
    """Show progress on a terminal as a bar; elsewhere as a line now and then."""
    if not is_terminal():
        yield _lines(title)
        return
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("[bold]{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        TextColumn("{task.fields[note]}"),
        TimeRemainingColumn(),
    )
    with Bar(*columns, transient=True) as bar:
        task = bar.add_task(title, total=None, note="compiling")

        def listen(now: Progress) -> None:
            bar.update(task, total=now.total, completed=now.done, note=_note(now))

        yield listen


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
    parts += [f"{sum(worker.rate for worker in busy):,.0f} run-steps/s"] if busy else ["starting"]
    parts += [f"loss {now.loss:.3f}"] if math.isfinite(now.loss) else []
    parts += [f"{now.left:,.0f} s left"] if math.isfinite(now.left) else []
    return ", ".join(parts)
